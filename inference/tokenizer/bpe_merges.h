#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace hearth {

/// One line of the merge list: `left` and `right` side by side may become `result`.
struct BpeMerge {
    std::int32_t left = 0;
    std::int32_t right = 0;
    std::int32_t result = 0;
    std::uint32_t rank = 0;  ///< position in the list; the lowest is merged first
};

/// The merge list of byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909), for look-up.
/// Const after construction, so any thread may use it.
class BpeMerges {
public:
    BpeMerges() = default;
    /// Ids are in [0, numTokens). Of two merges of the same pair the one of lower rank stays.
    BpeMerges(std::vector<BpeMerge> merges, std::size_t numTokens);

    /// The merge of a pair, or null. O(log of the merges that start with `left`). Not a hash map,
    /// so that no file can be made whose merges collide.
    const BpeMerge* find(std::int32_t left, std::int32_t right) const noexcept;

    std::size_t size() const noexcept { return m_merges.size(); }

private:
    std::vector<BpeMerge> m_merges;       // by left, then right
    std::vector<std::uint32_t> m_firsts;  // [numTokens + 1] first merge of each left id
};

/// Applies merges to the tokens of one piece; keeps its memory between pieces. One thread at a
/// time.
class BpeMerger {
public:
    /// Merges neighbours, always the pair of lowest rank first and of equal ones the leftmost,
    /// until no pair is in the list. Appends what is left to `out`. O(n log n). Fewer than 2^32 - 1
    /// tokens.
    void run(const BpeMerges& merges, std::span<const std::int32_t> tokens,
             std::vector<std::int32_t>& out);

private:
    struct Symbol {
        std::int32_t id;  // -1 once it has become part of its left neighbour
        std::uint32_t previous;
        std::uint32_t next;
    };
    struct Candidate {
        std::uint32_t rank;
        std::uint32_t left;  // index of the symbol
        std::int32_t leftId;
        std::int32_t rightId;
        std::int32_t result;
    };

    void consider(const BpeMerges& merges, std::uint32_t left, std::uint32_t right);

    std::vector<Symbol> m_symbols;
    std::vector<Candidate> m_heap;
};

}  // namespace hearth
