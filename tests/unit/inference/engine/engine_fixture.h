#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "inference/engine/engine.h"
#include "tests/support/tiny_hearth_model.h"

namespace hearth::testing_support {

/// The weights of the tiny model, and the same read back from a file; made once a process.
const TinyHearthModel& tinyModel();
std::shared_ptr<const Model> loadedModel();

/// F32 caches, a context of 2,048 and rings with no room but for the window, a block and a step.
EngineOptions smallOptions(IsaRequest isa);
std::unique_ptr<Engine> makeEngine(const EngineOptions& options);
std::unique_ptr<Sequence> makeSequence(Engine& engine);

/// Runs `tokens` after what the sequence holds, in chunks of the given sizes (the last one
/// repeats), and returns the logits of all of them. A failure ends the test's run with an empty
/// result.
std::vector<float> runAll(Engine& engine, Sequence& sequence, std::span<const std::int32_t> tokens,
                          std::span<const std::size_t> chunks);
std::vector<float> runAll(Engine& engine, Sequence& sequence, std::span<const std::int32_t> tokens);

/// `count` vectors like those of the encoders.
std::vector<float> someMedia(std::size_t count, std::uint64_t seed);

/// Largest difference of two lists of logits, relative to the largest logit of its row; infinite
/// where sizes differ or a value is no number.
double worstDifference(std::span<const float> actual, std::span<const float> expected);

/// 0 where the ISA promises equal bits whatever the batch, else what rounding may do.
inline double batchTolerance(IsaRequest isa) {
    return isa == IsaRequest::Reference ? 0.0 : 1e-5;
}

/// A suite that runs on the reference and on the fastest ISA.
class EngineTest : public testing::TestWithParam<IsaRequest> {};

std::string isaName(const testing::TestParamInfo<IsaRequest>& parameter);

}  // namespace hearth::testing_support
