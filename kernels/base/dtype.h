#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hearth {

/// Element types of tensors. Values are those of the GGUF file format: stored on disk, never reuse.
enum class DType : std::uint32_t {
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q5_0 = 6,
    Q8_0 = 8,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    I32 = 26,
    BF16 = 30,
};

/// How a type lays its elements out: `blockElements` consecutive elements of a row take
/// `blockBytes` bytes.
struct DTypeInfo {
    std::string_view name;      ///< as `inspect` prints it, f. e. "Q4_K"
    std::size_t blockElements;  ///< 1 for plain types; a row is a whole number of blocks
    std::size_t blockBytes;
};

/// Layout of `type`.
const DTypeInfo& dtypeInfo(DType type) noexcept;

/// The type stored as `value` in a file, or nothing if Hearth does not know it.
std::optional<DType> dtypeFromDisk(std::uint32_t value) noexcept;

/// The type called `name` (any case), or nothing.
std::optional<DType> dtypeFromName(std::string_view name) noexcept;

/// Bytes of a row of `elements`, which is a multiple of the block.
inline std::size_t rowBytes(DType type, std::size_t elements) noexcept {
    const DTypeInfo& info = dtypeInfo(type);
    return elements / info.blockElements * info.blockBytes;
}

}  // namespace hearth
