#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// Types of the values in a GGUF file. Stored on disk, never reuse.
enum class GgufValueType : std::uint32_t {
    U8 = 0,
    I8 = 1,
    U16 = 2,
    I16 = 3,
    U32 = 4,
    I32 = 5,
    F32 = 6,
    Bool = 7,
    String = 8,
    Array = 9,
    U64 = 10,
    I64 = 11,
    F64 = 12,
};

/// The type stored as `value`, or nothing if the format does not define it.
std::optional<GgufValueType> ggufValueTypeFromDisk(std::uint32_t value) noexcept;

/// Name of a value type as errors and `inspect` print it, f. e. "u32".
std::string_view ggufValueTypeName(GgufValueType type) noexcept;

/// Bytes of one value, or 0 for strings and arrays, whose length is stored with them.
std::size_t ggufValueBytes(GgufValueType type) noexcept;

/// Layout of a tensor type that the format defines, computed with by Hearth or not.
struct GgufTensorType {
    std::uint32_t id;             ///< as stored on disk
    std::string_view name;        ///< f. e. "IQ4_XS"
    std::uint32_t blockElements;  ///< consecutive elements of a row that form a block
    std::uint32_t blockBytes;
};

/// The layout of the type stored as `id`, or null if this version knows no such type.
const GgufTensorType* ggufTensorType(std::uint32_t id) noexcept;

/// Name of the type stored as `id`; "type 77" for one that is not in the table.
std::string ggufTensorTypeName(std::uint32_t id);

}  // namespace hearth
