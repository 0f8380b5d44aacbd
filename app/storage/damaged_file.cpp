#include "app/storage/damaged_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

namespace hearth::storage {
namespace {

constexpr std::size_t kFileHeaderBytes = 100;
constexpr std::size_t kLogHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 24;
constexpr std::size_t kMaxColumns = 64;

constexpr unsigned kIndexInterior = 0x02;
constexpr unsigned kTableInterior = 0x05;
constexpr unsigned kIndexLeaf = 0x0A;
constexpr unsigned kTableLeaf = 0x0D;

/// An unsigned big-endian number; 0 where the bytes end before it.
std::uint64_t bigEndian(std::span<const std::byte> bytes, std::size_t offset, std::size_t size) {
    if (offset > bytes.size() || bytes.size() - offset < size) {
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
        value = (value << 8U) | std::to_integer<std::uint64_t>(bytes[offset + i]);
    }
    return value;
}

std::uint32_t bigEndian32(std::span<const std::byte> bytes, std::size_t offset) {
    return static_cast<std::uint32_t>(bigEndian(bytes, offset, 4));
}

/// A number of variable length; moves `offset` past it. Nothing where the bytes end inside it.
std::optional<std::uint64_t> takeVarint(std::span<const std::byte> bytes, std::size_t& offset) {
    std::uint64_t value = 0;
    for (int i = 0; i < 9; ++i) {
        if (offset >= bytes.size()) {
            return std::nullopt;
        }
        const auto byte = std::to_integer<std::uint64_t>(bytes[offset++]);
        if (i == 8) {
            return (value << 8U) | byte;
        }
        value = (value << 7U) | (byte & 0x7FU);
        if ((byte & 0x80U) == 0) {
            break;
        }
    }
    return value;
}

bool isPageSize(std::uint64_t bytes) {
    return bytes >= 512 && bytes <= 65536 && std::has_single_bit(bytes);
}

/// Bytes that a value of a serial type takes.
std::uint64_t valueBytes(std::uint64_t type) {
    if (type >= 12) {
        return (type - 12) / 2;
    }
    constexpr std::array<std::uint64_t, 12> kSizes{0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0};
    return kSizes[type];
}

RawValue makeValue(std::uint64_t type, std::span<const std::byte> body) {
    if (type >= 12) {
        std::string bytes(reinterpret_cast<const char*>(body.data()), body.size());
        if (type % 2 == 1) {
            return bytes;
        }
        return RawBytes{std::move(bytes)};
    }
    if (type == 8 || type == 9) {
        return static_cast<std::int64_t>(type - 8);
    }
    if (type == 0 || body.size() < valueBytes(type)) {
        return std::monostate();
    }
    const std::uint64_t bits = bigEndian(body, 0, body.size());
    if (type == 7) {
        return std::bit_cast<double>(bits);
    }
    const auto unused = static_cast<unsigned>(64 - 8 * body.size());
    return std::bit_cast<std::int64_t>(bits << unused) >> unused;
}

/// Takes a record apart. `fullBytes` is its length; the bytes given may be fewer.
bool parseRecord(std::span<const std::byte> record, std::uint64_t fullBytes,
                 std::vector<RawValue>& values) {
    std::size_t offset = 0;
    const std::optional<std::uint64_t> headerBytes = takeVarint(record, offset);
    if (!headerBytes.has_value() || *headerBytes < offset || *headerBytes > record.size()) {
        return false;
    }
    std::vector<std::uint64_t> types;
    std::uint64_t total = *headerBytes;
    while (offset < *headerBytes) {
        const std::optional<std::uint64_t> type =
            takeVarint(record.first(static_cast<std::size_t>(*headerBytes)), offset);
        if (!type.has_value() || *type == 10 || *type == 11 || types.size() == kMaxColumns ||
            valueBytes(*type) > fullBytes) {
            return false;
        }
        types.push_back(*type);
        total += valueBytes(*type);
    }
    if (total != fullBytes) {
        return false;
    }
    for (const std::uint64_t type : types) {
        const std::size_t left = record.size() - offset;
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(valueBytes(type), left));
        values.push_back(makeValue(type, record.subspan(offset, size)));
        offset += size;
    }
    return true;
}

}  // namespace

DamagedFile::DamagedFile(std::span<const std::byte> file, std::span<const std::byte> log)
    : m_file(file) {
    const std::uint64_t stored = bigEndian(file, 16, 2) == 1 ? 65536 : bigEndian(file, 16, 2);
    const std::uint64_t inLog = bigEndian(log, 8, 4);
    if (isPageSize(inLog)) {
        m_pageBytes = static_cast<std::size_t>(inLog);
    } else if (isPageSize(stored)) {
        m_pageBytes = static_cast<std::size_t>(stored);
    }
    // Our files reserve no room in their pages, so that byte is not asked for: it may be damaged.
    m_usableBytes = m_pageBytes;
    m_numPages = file.size() / m_pageBytes;
    readLog(log);
    m_visited.assign(m_numPages + 1, false);
    readRoots();
}

void DamagedFile::readLog(std::span<const std::byte> log) {
    if (log.size() < kLogHeaderBytes) {
        return;
    }
    const std::uint64_t salts = bigEndian(log, 16, 8);
    const std::size_t frameBytes = kFrameHeaderBytes + m_pageBytes;
    std::vector<std::pair<std::uint32_t, Page>> uncommitted;
    for (std::size_t at = kLogHeaderBytes; log.size() - at >= frameBytes; at += frameBytes) {
        // Frames of an earlier round have other salts. The sum over all frames is not asked for:
        // one damaged frame would take all later ones with it.
        if (bigEndian(log, at + 8, 8) != salts) {
            continue;
        }
        uncommitted.emplace_back(bigEndian32(log, at),
                                 log.subspan(at + kFrameHeaderBytes, m_pageBytes));
        if (bigEndian32(log, at + 4) != 0) {
            for (const auto& [number, content] : uncommitted) {
                // A page so far behind the end is a damaged number.
                if (number >= 1 && number <= m_numPages + log.size() / m_pageBytes + 1) {
                    m_logPages[number] = content;
                    m_numPages = std::max<std::size_t>(m_numPages, number);
                }
            }
            uncommitted.clear();
        }
    }
}

DamagedFile::Page DamagedFile::page(std::uint32_t number) const {
    if (const auto inLog = m_logPages.find(number); inLog != m_logPages.end()) {
        return inLog->second;
    }
    const std::size_t begin = (std::size_t{number} - 1) * m_pageBytes;
    if (number == 0 || begin + m_pageBytes > m_file.size()) {
        return {};
    }
    return m_file.subspan(begin, m_pageBytes);
}

void DamagedFile::readRoots() {
    walk(1, [&](const RawRow& row) {
        // type, name, tbl_name, rootpage, sql
        if (row.values.size() != 5) {
            return false;
        }
        const auto* name = std::get_if<std::string>(&row.values[1]);
        const auto* root = std::get_if<std::int64_t>(&row.values[3]);
        if (name != nullptr && root != nullptr && *root > 1 &&
            *root <= static_cast<std::int64_t>(m_numPages)) {
            m_roots.push_back({*name, static_cast<std::uint32_t>(*root)});
        }
        return true;
    });
}

void DamagedFile::forEachRow(const std::function<bool(const std::string&)>& isWanted,
                             const std::function<bool(const Root*, RawRow)>& row) {
    for (const Root& root : m_roots) {
        if (isWanted(root.name)) {
            walk(root.page, [&](RawRow found) { return row(&root, std::move(found)); });
        }
    }
    for (const Root& root : m_roots) {
        if (!isWanted(root.name)) {
            walk(root.page, [](const RawRow&) { return true; });
        }
    }
    for (std::uint32_t number = 2; number <= m_numPages; ++number) {
        if (m_visited[number]) {
            continue;
        }
        const Page content = page(number);
        const unsigned type = content.empty() ? 0 : std::to_integer<unsigned>(content[0]);
        if (type == kTableLeaf || type == kIndexLeaf || type == kIndexInterior) {
            std::vector<std::uint32_t> ignored;
            const std::size_t damagedBefore = m_numDamagedPages;
            readPage(number, ignored, [&](RawRow found) { return row(nullptr, std::move(found)); });
            m_numDamagedPages = damagedBefore;
        }
    }
}

void DamagedFile::walk(std::uint32_t root, const UseRow& use) {
    std::vector<std::uint32_t> waiting{root};
    while (!waiting.empty()) {
        const std::uint32_t number = waiting.back();
        waiting.pop_back();
        if (number == 0 || number > m_numPages || m_visited[number]) {
            m_numDamagedPages += number == 0 || number > m_numPages ? 1 : 0;
            continue;
        }
        std::vector<std::uint32_t> children;
        if (readPage(number, children, use)) {
            // Only then does the page count as found: a child's number that is damaged must not
            // hide a page of another tree.
            m_visited[number] = true;
        } else {
            ++m_numDamagedPages;
        }
        waiting.insert(waiting.end(), children.rbegin(), children.rend());
    }
}

bool DamagedFile::readPage(std::uint32_t number, std::vector<std::uint32_t>& children,
                           const UseRow& use) {
    const Page content = page(number);
    if (content.empty()) {
        return false;
    }
    const std::size_t header = number == 1 ? kFileHeaderBytes : 0;
    const auto type = std::to_integer<unsigned>(content[header]);
    const bool isInterior = type == kTableInterior || type == kIndexInterior;
    if (!isInterior && type != kTableLeaf && type != kIndexLeaf) {
        return false;
    }
    const std::size_t pointers = header + (isInterior ? 12 : 8);
    const auto numCells = static_cast<std::size_t>(bigEndian(content, header + 3, 2));
    const std::size_t maxCells = (m_usableBytes - pointers) / 2;
    bool isWhole = numCells <= maxCells;
    bool isFitting = isInterior || numCells == 0;
    for (std::size_t i = 0; i < std::min(numCells, maxCells); ++i) {
        auto offset = static_cast<std::size_t>(bigEndian(content, pointers + 2 * i, 2));
        if (offset < pointers || offset >= m_usableBytes) {
            isWhole = false;
            continue;
        }
        if (isInterior) {
            children.push_back(bigEndian32(content, offset));
            offset += 4;
        }
        if (type == kTableInterior) {
            continue;
        }
        RawRow row;
        if (readCell(content, offset, type == kTableLeaf, row) && use(std::move(row))) {
            isFitting = true;
        } else {
            isWhole = false;
        }
    }
    if (isInterior) {
        children.push_back(bigEndian32(content, header + 8));
    }
    m_numDamagedPages += isFitting && !isWhole ? 1 : 0;
    return isFitting;
}

bool DamagedFile::readCell(Page content, std::size_t offset, bool isTable, RawRow& row) const {
    const std::optional<std::uint64_t> bytes = takeVarint(content, offset);
    if (!bytes.has_value() || *bytes == 0 || *bytes > m_numPages * m_pageBytes) {
        return false;
    }
    row.hasRowId = isTable;
    if (isTable) {
        const std::optional<std::uint64_t> rowId = takeVarint(content, offset);
        if (!rowId.has_value()) {
            return false;
        }
        row.rowId = std::bit_cast<std::int64_t>(*rowId);
    }
    const std::string record = payload(content, offset, *bytes, isTable);
    return parseRecord(std::as_bytes(std::span(record)), *bytes, row.values);
}

std::string DamagedFile::payload(Page content, std::size_t offset, std::uint64_t bytes,
                                 bool isTable) const {
    const std::size_t usable = m_usableBytes;
    const std::size_t maxLocal = isTable ? usable - 35 : (usable - 12) * 64 / 255 - 23;
    const std::size_t minLocal = (usable - 12) * 32 / 255 - 23;
    auto local = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, maxLocal));
    if (bytes > maxLocal) {
        const auto kept = minLocal + static_cast<std::size_t>((bytes - minLocal) % (usable - 4));
        local = kept <= maxLocal ? kept : minLocal;
    }
    std::string record;
    const auto append = [&](Page from, std::size_t begin, std::size_t size) {
        const std::size_t end = std::min(begin + size, from.size());
        if (begin < end) {
            record.append(reinterpret_cast<const char*>(from.data()) + begin, end - begin);
        }
    };
    append(content, offset, local);
    if (record.size() < local || bytes == local) {
        return record;
    }
    // No chain is longer than what is left needs, so a ring ends too.
    std::uint32_t next = bigEndian32(content, offset + local);
    while (record.size() < bytes) {
        const Page more = next > m_numPages ? Page() : page(next);
        if (more.empty()) {
            break;
        }
        append(
            more, 4,
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes - record.size(), usable - 4)));
        next = bigEndian32(more, 0);
    }
    return record;
}

}  // namespace hearth::storage
