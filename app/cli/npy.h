#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "kernels/base/status.h"

namespace hearth::cli {

/// Writes `values` as a NumPy array file (format version 1.0, little-endian f32, C order) with
/// `shape`, whose product is the number of values. The file appears only when it is complete.
/// Errors: those of AtomicFile.
Status writeNpy(const std::filesystem::path& path, std::span<const float> values,
                std::span<const std::int64_t> shape);

}  // namespace hearth::cli
