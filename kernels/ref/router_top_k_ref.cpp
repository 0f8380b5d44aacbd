#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/ref/ref_ops.h"

namespace hearth::ref {

OpStatus routerTopK(const RouterTopKArgs& args) noexcept {
    if (args.numExperts > kMaxRouterExperts || args.numSlots < 1 ||
        args.numSlots > std::min(args.numExperts, kMaxRouterSlots)) {
        return OpStatus::InvalidArgument;
    }
    for (std::int64_t r = 0; r < args.rows; ++r) {
        const float* logits = args.logits + r * args.logitsStride;
        std::int32_t* experts = args.experts + r * args.numSlots;
        float* weights = args.weights + r * args.numSlots;

        double p[kMaxRouterExperts];
        double highest = -std::numeric_limits<double>::infinity();
        for (std::int64_t e = 0; e < args.numExperts; ++e) {
            highest = std::max(highest, static_cast<double>(logits[e]));
        }
        double sum = 0;
        for (std::int64_t e = 0; e < args.numExperts; ++e) {
            p[e] = std::exp(static_cast<double>(logits[e]) - highest);
            sum += p[e];
        }
        for (std::int64_t e = 0; e < args.numExperts; ++e) {
            p[e] /= sum;
            if (args.probabilities != nullptr) {
                args.probabilities[r * args.numExperts + e] = static_cast<float>(p[e]);
            }
        }
        if (std::isnan(sum)) {
            for (std::int64_t j = 0; j < args.numSlots; ++j) {
                experts[j] = static_cast<std::int32_t>(j);
                weights[j] = std::numeric_limits<float>::quiet_NaN();
            }
            continue;
        }

        double chosen[kMaxRouterSlots];
        double chosenSum = 0;
        for (std::int64_t j = 0; j < args.numSlots; ++j) {
            std::int64_t best = 0;
            for (std::int64_t e = 1; e < args.numExperts; ++e) {
                if (p[e] > p[best]) {
                    best = e;
                }
            }
            experts[j] = static_cast<std::int32_t>(best);
            chosen[j] = p[best];
            chosenSum += p[best];
            p[best] = -1.0;
        }
        const double total = args.renormalize ? 1.0 : chosenSum;
        const bool isSkipping =
            args.numSlots > 1 && chosen[0] / chosenSum > static_cast<double>(args.skipThreshold);
        for (std::int64_t j = 0; j < args.numSlots; ++j) {
            if (isSkipping) {
                experts[j] = j == 0 ? experts[0] : -1;
                weights[j] = j == 0 ? static_cast<float>(total) : 0.0F;
            } else {
                weights[j] =
                    static_cast<float>(args.renormalize ? chosen[j] / chosenSum : chosen[j]);
            }
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth::ref
