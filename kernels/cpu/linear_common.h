#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/api/types.h"
#include "kernels/cpu/host_device.h"
#include "kernels/cpu/row_kernels.h"

namespace hearth::cpu {

/// Rows of x in one call of a tile kernel. The f32 results of a tile (64 KiB at 16 columns) and 512
/// rounded rows of 512 columns (416 KiB) stay in a second-level cache of 1 MiB.
inline constexpr std::int64_t kRowsPerTile = 512;

/// The tile kernel's number for a weight type that checkWeights() accepted.
WeightKind weightKind(DType type) noexcept;
inline bool isQuantized(WeightKind kind) noexcept {
    return kind >= kFirstQuantizedKind;
}

ActivationLayout activationLayout(std::int64_t cols) noexcept;

/// Hands out parts of a stream's scratch, each at a multiple of 64 bytes. Used twice: to add sizes
/// up, then to take the parts.
class ScratchLayout {
public:
    explicit ScratchLayout(std::byte* base = nullptr) noexcept : m_base(base) {}

    template <class T>
    T* take(std::int64_t count) noexcept {
        const std::size_t at = m_bytes;
        m_bytes += (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
        return m_base == nullptr ? nullptr : reinterpret_cast<T*>(m_base + at);
    }
    std::size_t bytes() const noexcept { return m_bytes; }

private:
    std::byte* m_base;
    std::size_t m_bytes = 0;
};

/// The input of tile kernels: f32 rows as they are, or rounded rows in scratch.
struct TileInput {
    const void* rows = nullptr;
    std::int64_t strideBytes = 0;
    ActivationLayout layout{};
};

/// Rounds `rows` rows of `x` into `slices`, in parallel where that pays.
TileInput quantizeRows(OpStream& stream, const float* x, std::int64_t xStride, std::int64_t rows,
                       const ActivationLayout& layout, std::uint8_t* slices) noexcept;

/// Input of f32 rows.
inline TileInput floatRows(const float* x, std::int64_t xStride) noexcept {
    return {
        .rows = x, .strideBytes = xStride * static_cast<std::int64_t>(sizeof(float)), .layout = {}};
}

/// Chunks of a loop over tiles: about four for each thread, so that threads that were slow to wake
/// do not hold the others up.
inline std::int64_t tileGrain(const OpStream& stream, std::int64_t numTiles) noexcept {
    const std::int64_t chunks = 4 * static_cast<std::int64_t>(stream.pool().numThreads());
    return numTiles <= chunks ? 1 : numTiles / chunks;
}

}  // namespace hearth::cpu
