// The decode loop allocates nothing once it is warm.

#include <gtest/gtest.h>

#include "tests/integration/engine/generator_fixture.h"
#include "tests/unit/inference/sampling/allocation_counter.h"

namespace hearth::testing_support {
namespace {

TEST(DecodeAllocationsTest, StepsAllocateNothing) {
    EngineOptions options = tinyOptions();
    options.isa = IsaRequest::Auto;
    options.numThreads = 1;
    const auto engine = tinyEngine(options);
    const auto sequence = std::move(engine->createSequence()).value();
    const std::vector<TokenId> tokens = textTokens(600, 1);
    ASSERT_TRUE(engine->prefill(*sequence, std::span(tokens).first(200)).has_value());
    RouterTrace trace;
    const auto step = [&](std::size_t i) {
        const SequenceWork work{.sequence = sequence.get(), .tokens = {&tokens[i], 1}};
        return engine->step({&work, 1}, {}, &trace).has_value();
    };
    ASSERT_TRUE(step(200));
    const std::size_t before = numAllocations();
    bool isOk = true;
    // Far enough for blocks to be completed, to leave the window and to be selected from.
    for (std::size_t i = 201; i < tokens.size(); ++i) {
        isOk = step(i) && isOk;
    }
    EXPECT_EQ(numAllocations(), before);
    EXPECT_TRUE(isOk);
}

}  // namespace
}  // namespace hearth::testing_support
