#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace hearth::testing_support {

/// A NumPy array file of little-endian f32 or i16, C order.
struct NpyArray {
    std::vector<std::int64_t> shape;
    std::vector<float> floats;           ///< of an f32 file
    std::vector<std::int32_t> integers;  ///< of an i16 file
};

/// Reads `path`; nothing if it is not there. A file of another kind fails the running test.
std::optional<NpyArray> readNpy(const std::filesystem::path& path);

}  // namespace hearth::testing_support
