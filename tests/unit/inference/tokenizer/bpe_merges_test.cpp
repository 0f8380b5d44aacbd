#include "inference/tokenizer/bpe_merges.h"

#include <gtest/gtest.h>

#include <random>
#include <utility>

namespace hearth {
namespace {

/// The definition: search all pairs for the lowest rank, merge the leftmost, repeat.
std::vector<std::int32_t> mergeSlowly(const BpeMerges& merges, std::vector<std::int32_t> tokens) {
    while (true) {
        const BpeMerge* best = nullptr;
        std::size_t position = 0;
        for (std::size_t i = 1; i < tokens.size(); ++i) {
            const BpeMerge* merge = merges.find(tokens[i - 1], tokens[i]);
            if (merge != nullptr && (best == nullptr || merge->rank < best->rank)) {
                best = merge;
                position = i;
            }
        }
        if (best == nullptr) {
            return tokens;
        }
        tokens[position - 1] = best->result;
        tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(position));
    }
}

TEST(BpeMerges, FindsPairsAndKeepsTheLowestRank) {
    const BpeMerges merges({{2, 1, 5, 3}, {0, 1, 4, 1}, {0, 1, 6, 2}, {0, 0, 3, 0}}, 7);
    EXPECT_EQ(merges.size(), 3U);
    ASSERT_NE(merges.find(0, 1), nullptr);
    EXPECT_EQ(merges.find(0, 1)->result, 4);
    EXPECT_EQ(merges.find(2, 1)->result, 5);
    EXPECT_EQ(merges.find(1, 2), nullptr);
    EXPECT_EQ(merges.find(6, 6), nullptr);
    EXPECT_EQ(BpeMerges({}, 1).find(0, 0), nullptr);
}

TEST(BpeMerger, MergesByRankNotFromTheLeft) {
    // 0 1 2: the pair (1, 2) comes first, although (0, 1) stands left of it.
    const BpeMerges merges({{1, 2, 3, 0}, {0, 1, 4, 1}, {0, 3, 5, 2}}, 6);
    std::vector<std::int32_t> out;
    BpeMerger().run(merges, std::vector<std::int32_t>{0, 1, 2}, out);
    EXPECT_EQ(out, (std::vector<std::int32_t>{5}));
}

TEST(BpeMerger, OfEqualPairsTheLeftmostIsMerged) {
    const BpeMerges merges({{0, 0, 1, 0}}, 2);
    std::vector<std::int32_t> out{9};
    BpeMerger merger;
    merger.run(merges, std::vector<std::int32_t>{0, 0, 0}, out);
    merger.run(merges, {}, out);
    merger.run(merges, std::vector<std::int32_t>{0}, out);
    EXPECT_EQ(out, (std::vector<std::int32_t>{9, 1, 0, 0}));
}

TEST(BpeMerger, AgreesWithTheDefinition) {
    std::mt19937 random(3);
    const auto below = [&](std::size_t limit) {
        return static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(limit));
    };
    BpeMerger merger;
    for (int round = 0; round < 3000; ++round) {
        constexpr std::size_t kNumTokens = 12;
        std::vector<BpeMerge> list;
        for (std::uint32_t rank = 0; rank < 1 + random() % 20; ++rank) {
            list.push_back({below(kNumTokens), below(kNumTokens), below(kNumTokens), rank});
        }
        const BpeMerges merges(std::move(list), kNumTokens);
        std::vector<std::int32_t> tokens;
        for (std::size_t i = random() % 40; i > 0; --i) {
            tokens.push_back(below(round % 2 == 0 ? 3 : kNumTokens));
        }
        std::vector<std::int32_t> out;
        merger.run(merges, tokens, out);
        ASSERT_EQ(out, mergeSlowly(merges, tokens)) << "round " << round;
    }
}

}  // namespace
}  // namespace hearth
