#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "kernels/base/dtype.h"
#include "kernels/base/status.h"

namespace hearth {

/// Collects keys and tensors, then writes a GGUF file (version 3) in one go. One thread at a time.
///
/// A key or tensor that is already there, a name that GgufFile would refuse and a shape that is no
/// whole number of blocks give InvalidArgument; the writer stays usable.
class GgufWriter {
public:
    /// Hands out the bytes of one tensor when write() reaches it, so that tensors need not all be
    /// in memory at once. The span stays valid until the next call to any source of the writer.
    using TensorSource = std::function<Result<std::span<const std::byte>>()>;

    Status addBool(std::string_view key, bool value);
    Status addU32(std::string_view key, std::uint32_t value);
    Status addI32(std::string_view key, std::int32_t value);
    Status addU64(std::string_view key, std::uint64_t value);
    Status addF32(std::string_view key, float value);
    Status addString(std::string_view key, std::string_view value);
    Status addInts(std::string_view key, std::span<const std::int32_t> values);
    Status addFloats(std::string_view key, std::span<const float> values);
    Status addStrings(std::string_view key, std::span<const std::string_view> values);
    /// Copies an entry of another file as it is. "general.alignment" is checked and obeyed; without
    /// it the file is aligned to 32.
    Status addEntry(const GgufEntry& entry);

    /// `typeId` is in the table of ggufTensorType(); `dims` has 1 to 4 numbers, the row first.
    Status addTensor(std::string_view name, std::uint32_t typeId,
                     std::span<const std::uint64_t> dims, TensorSource source);
    /// As above with bytes that the caller keeps alive until write() has returned.
    Status addTensor(std::string_view name, DType type, std::span<const std::uint64_t> dims,
                     std::span<const std::byte> data);

    /// Writes everything to a new file beside `path`, syncs it and renames it to `path`: whatever
    /// happens, `path` is either the old file or the complete new one. May be called again.
    /// Errors: Io, what a source returned, and Internal where a source gave another number of bytes
    /// than its shape says.
    Status write(const std::filesystem::path& path) const;

private:
    struct PlannedTensor {
        std::string name;
        std::uint32_t typeId;
        std::vector<std::uint64_t> dims;
        std::uint64_t numBytes;
        TensorSource source;
    };

    Status beginEntry(std::string_view key, GgufValueType type);
    void appendBytes(const void* data, std::size_t numBytes);
    template <class T>
    Status addScalar(std::string_view key, GgufValueType type, T value);
    template <class T>
    Status addArray(std::string_view key, GgufValueType type, std::span<const T> values);

    std::vector<std::byte> m_entries;  // as they lie in the file
    std::uint64_t m_numEntries = 0;
    std::uint64_t m_alignment = 32;
    std::vector<PlannedTensor> m_tensors;
    std::set<std::string, std::less<>> m_keys;
    std::set<std::string, std::less<>> m_tensorNames;
};

}  // namespace hearth
