#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

namespace hearth::storage {

/// A value of a row: NULL, integer, real, text or bytes. Text may be cut short where pages that it
/// went on to are lost.
struct RawBytes {
    std::string bytes;
};
using RawValue = std::variant<std::monostate, std::int64_t, double, std::string, RawBytes>;

/// A row as it lies in the file. Of a table without row numbers the primary key comes first and
/// `rowId` is 0.
struct RawRow {
    std::int64_t rowId = 0;
    std::vector<RawValue> values;
    bool hasRowId = false;
};

/// Reads what can be read of a SQLite file that SQLite itself refuses, page by page, together with
/// the committed part of its write-ahead log. Every length is checked: any bytes may be given.
/// Const after construction; the bytes must outlive it. Source: "Database File Format",
/// sqlite.org/fileformat2.html.
class DamagedFile {
public:
    DamagedFile(std::span<const std::byte> file, std::span<const std::byte> log);

    /// A table or index by its name and the page that its tree begins at.
    struct Root {
        std::string name;
        std::uint32_t page = 0;
    };
    /// Of all tables and indexes that the file's own list still names.
    const std::vector<Root>& roots() const noexcept { return m_roots; }

    /// Calls `row(root, row)` for the rows of those trees in `roots()` whose name `isWanted`, then
    /// with no root for the rows of pages that no tree leads to any more. `row` says whether it is
    /// a row of that table: pages without one are taken for another tree's.
    void forEachRow(const std::function<bool(const std::string&)>& isWanted,
                    const std::function<bool(const Root*, RawRow)>& row);

    /// Pages that are lost or partly so, or whose content makes no sense; known after forEachRow().
    std::size_t numDamagedPages() const noexcept { return m_numDamagedPages; }
    std::size_t numPages() const noexcept { return m_numPages; }

private:
    using Page = std::span<const std::byte>;
    using UseRow = std::function<bool(RawRow)>;

    Page page(std::uint32_t number) const;
    void readLog(std::span<const std::byte> log);
    void readRoots();
    void walk(std::uint32_t root, const UseRow& use);
    bool readPage(std::uint32_t number, std::vector<std::uint32_t>& children, const UseRow& use);
    bool readCell(Page content, std::size_t offset, bool isTable, RawRow& row) const;
    std::string payload(Page content, std::size_t offset, std::uint64_t bytes, bool isTable) const;

    std::span<const std::byte> m_file;
    std::size_t m_pageBytes = 4096;
    std::size_t m_usableBytes = 4096;  ///< of a page
    std::size_t m_numPages = 0;
    std::unordered_map<std::uint32_t, Page> m_logPages;
    std::vector<Root> m_roots;
    std::vector<bool> m_visited;
    std::size_t m_numDamagedPages = 0;
};

}  // namespace hearth::storage
