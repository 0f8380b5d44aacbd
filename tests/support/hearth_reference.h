#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {

/// A medium as Sequence::addMedia takes it.
struct ReferenceMedium {
    std::vector<float> vectors;  ///< [n, width] without the ordinal
    std::int64_t position = 0;
};

struct ReferenceRun {
    using Row = std::vector<double>;

    std::vector<Row> logits;  ///< [tokens][vocab]
    /// [layers][tokens][2]; -1 = skipped.
    std::vector<std::vector<std::array<std::int32_t, 2>>> experts;
    std::vector<std::vector<std::array<double, 2>>> weights;
    /// Smallest relative lead of the last chosen over the first that was not: where rounding alone
    /// could have chosen otherwise, this is tiny.
    double expertMargin = 1.0;
    double blockMargin = 1.0;
};

/// The text decoder of docs/adr/0001-hearth-mini-model.md in scalar double arithmetic, written from
/// that page alone: one token after the other, nothing cached in any clever form.
ReferenceRun runReference(const TinyHearthModel& model, std::span<const std::int32_t> tokens,
                          std::span<const ReferenceMedium> media = {}, double skipThreshold = 1.0);

}  // namespace hearth::testing_support
