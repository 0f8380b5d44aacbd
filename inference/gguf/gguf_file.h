#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_types.h"
#include "inference/gguf/gguf_values.h"
#include "kernels/base/dtype.h"
#include "kernels/base/mapped_file.h"
#include "kernels/base/status.h"

namespace hearth {

/// A key and its value as they lie in the file. All views point into the file.
struct GgufEntry {
    std::string_view key;
    GgufValueType type = GgufValueType::U8;
    GgufValueType elementType = GgufValueType::U8;  ///< of an Array, else equal to `type`
    std::uint64_t count = 1;                        ///< elements of an Array, else 1
    /// A scalar's bytes, a string's text without its length, or an array's elements as stored.
    std::span<const std::byte> bytes;
};

/// A tensor of the file. Views point into the file.
struct GgufTensor {
    std::string_view name;
    std::uint32_t typeId = 0;    ///< as stored; ggufTensorTypeName(typeId) for people
    std::optional<DType> dtype;  ///< set where Hearth computes with the type
    int numDims = 1;             ///< 1 to 4
    std::array<std::uint64_t, 4> dims{1, 1, 1, 1};  ///< dims[0] is the contiguous row; unused are 1
    /// The elements, rows of dims[0]; empty where the size of the type is unknown. Aligned to
    /// GgufFile::alignment() (at least 8) when the file itself starts at such an address, as a
    /// mapped one does.
    std::span<const std::byte> data;

    /// Product of `dims`, below 2^63.
    std::uint64_t numElements() const noexcept { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

/// A GGUF file (version 2 or 3, little-endian), checked as a whole before anything is handed out:
/// every length, offset and count of a file that opens is within the file and no two tensors
/// overlap. The byte layout and all checks are in docs/formats/gguf.md.
///
/// Const after open, so any thread may read. Views and pointers live as long as the object.
class GgufFile {
public:
    /// Maps and checks `path`. Errors (all name the file): NotFound, Io, InvalidArgument (empty),
    /// CorruptData, Unsupported (other versions, big-endian), OutOfMemory.
    static Result<std::unique_ptr<GgufFile>> open(const std::filesystem::path& path);

    /// Checks bytes that the caller keeps alive and unchanged. `name` is how errors call them.
    static Result<std::unique_ptr<GgufFile>> parse(std::span<const std::byte> bytes,
                                                   std::string_view name);

    GgufFile(const GgufFile&) = delete;
    GgufFile& operator=(const GgufFile&) = delete;
    ~GgufFile();

    /// The path, or the name given to parse().
    const std::string& name() const noexcept { return m_name; }
    std::uint32_t version() const noexcept { return m_version; }
    /// Every tensor starts at a multiple of this from the start of the file: a power of two >= 8.
    std::uint64_t alignment() const noexcept { return m_alignment; }
    std::uint64_t sizeBytes() const noexcept { return m_bytes.size(); }

    /// All keys, in the order of the file.
    std::span<const GgufEntry> entries() const noexcept { return m_entries; }
    /// All tensors, in the order of the file.
    std::span<const GgufTensor> tensors() const noexcept { return m_tensors; }

    /// The entry of `key`, or null. O(log n).
    const GgufEntry* find(std::string_view key) const noexcept;
    bool contains(std::string_view key) const noexcept { return find(key) != nullptr; }
    /// The tensor called `name`, or null. O(log n).
    const GgufTensor* findTensor(std::string_view name) const noexcept;

    // Typed getters. Errors name the file, the key, the expected and the found type: NotFound
    // where the key is missing, CorruptData where it has another type or does not fit. Integers of
    // any width and sign are accepted where the value fits, because writers of files differ.

    Result<bool> getBool(std::string_view key) const;
    Result<std::int32_t> getI32(std::string_view key) const;
    Result<std::uint32_t> getU32(std::string_view key) const;
    Result<std::int64_t> getI64(std::string_view key) const;
    Result<std::uint64_t> getU64(std::string_view key) const;
    /// An f32 or f64 value, the latter rounded.
    Result<float> getF32(std::string_view key) const;
    /// Any bytes; not checked to be UTF-8.
    Result<std::string_view> getString(std::string_view key) const;
    /// An array of any integer type or of booleans (0 and 1).
    Result<GgufIntArray> getInts(std::string_view key) const;
    /// An array of f32.
    Result<GgufFloatArray> getFloats(std::string_view key) const;
    Result<GgufStringArray> getStrings(std::string_view key) const;

    // The same with a value for a missing key; a key of another type is still an error.

    Result<bool> getBoolOr(std::string_view key, bool fallback) const;
    Result<std::int32_t> getI32Or(std::string_view key, std::int32_t fallback) const;
    Result<std::uint32_t> getU32Or(std::string_view key, std::uint32_t fallback) const;
    Result<float> getF32Or(std::string_view key, float fallback) const;
    Result<std::string_view> getStringOr(std::string_view key, std::string_view fallback) const;

    /// The tensor called `name`; NotFound, naming file and tensor, if there is none.
    Result<const GgufTensor*> tensor(std::string_view name) const;

private:
    class Parser;

    GgufFile(std::span<const std::byte> bytes, std::string name);

    Status missing(std::string_view key, std::string_view expected) const;
    Status wrongType(const GgufEntry& entry, std::string_view expected) const;
    Result<std::int64_t> integer(std::string_view key, std::string_view expected, std::int64_t low,
                                 std::int64_t high) const;

    std::unique_ptr<MappedFile> m_map;  // null for parse()
    std::span<const std::byte> m_bytes;
    std::string m_name;
    std::uint32_t m_version = 0;
    std::uint64_t m_alignment = 32;
    std::vector<GgufEntry> m_entries;
    std::vector<GgufTensor> m_tensors;
    // Indices by ascending key or name: looking up hostile names cannot degrade as a hash map can.
    std::vector<std::uint32_t> m_entryOrder;
    std::vector<std::uint32_t> m_tensorOrder;
};

}  // namespace hearth
