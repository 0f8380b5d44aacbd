#include "inference/tokenizer/bpe_merges.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace hearth {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

}  // namespace

BpeMerges::BpeMerges(std::vector<BpeMerge> merges, std::size_t numTokens)
    : m_merges(std::move(merges)), m_firsts(numTokens + 1) {
    std::sort(m_merges.begin(), m_merges.end(), [](const BpeMerge& a, const BpeMerge& b) {
        return std::tie(a.left, a.right, a.rank) < std::tie(b.left, b.right, b.rank);
    });
    const auto last =
        std::unique(m_merges.begin(), m_merges.end(), [](const BpeMerge& a, const BpeMerge& b) {
            return a.left == b.left && a.right == b.right;
        });
    m_merges.erase(last, m_merges.end());
    for (const BpeMerge& merge : m_merges) {
        ++m_firsts[static_cast<std::size_t>(merge.left) + 1];
    }
    for (std::size_t i = 1; i < m_firsts.size(); ++i) {
        m_firsts[i] += m_firsts[i - 1];
    }
}

const BpeMerge* BpeMerges::find(std::int32_t left, std::int32_t right) const noexcept {
    const auto leftIndex = static_cast<std::size_t>(left);
    const BpeMerge* first = m_merges.data() + m_firsts[leftIndex];
    const BpeMerge* end = m_merges.data() + m_firsts[leftIndex + 1];
    const BpeMerge* found = std::lower_bound(
        first, end, right, [](const BpeMerge& merge, std::int32_t id) { return merge.right < id; });
    return found != end && found->right == right ? found : nullptr;
}

void BpeMerger::consider(const BpeMerges& merges, std::uint32_t left, std::uint32_t right) {
    if (left == kNone || right == kNone) {
        return;
    }
    const std::int32_t leftId = m_symbols[left].id;
    const std::int32_t rightId = m_symbols[right].id;
    if (const BpeMerge* merge = merges.find(leftId, rightId); merge != nullptr) {
        m_heap.push_back({merge->rank, left, leftId, rightId, merge->result});
    }
}

void BpeMerger::run(const BpeMerges& merges, std::span<const std::int32_t> tokens,
                    std::vector<std::int32_t>& out) {
    const auto isLater = [](const Candidate& a, const Candidate& b) {
        return std::tie(a.rank, a.left) > std::tie(b.rank, b.left);
    };
    const auto numTokens = static_cast<std::uint32_t>(tokens.size());
    m_symbols.clear();
    m_heap.clear();
    for (std::uint32_t i = 0; i < numTokens; ++i) {
        m_symbols.push_back(
            {tokens[i], i == 0 ? kNone : i - 1, i + 1 == numTokens ? kNone : i + 1});
    }
    for (std::uint32_t i = 1; i < numTokens; ++i) {
        consider(merges, i - 1, i);
    }
    std::make_heap(m_heap.begin(), m_heap.end(), isLater);
    while (!m_heap.empty()) {
        std::pop_heap(m_heap.begin(), m_heap.end(), isLater);
        const Candidate best = m_heap.back();
        m_heap.pop_back();
        Symbol& left = m_symbols[best.left];
        // A candidate is out of date once either side has taken part in another merge.
        if (left.id != best.leftId || left.next == kNone ||
            m_symbols[left.next].id != best.rightId) {
            continue;
        }
        Symbol& right = m_symbols[left.next];
        left.id = best.result;
        left.next = right.next;
        right.id = -1;
        if (left.next != kNone) {
            m_symbols[left.next].previous = best.left;
        }
        for (const auto& [a, b] :
             {std::pair(left.previous, best.left), std::pair(best.left, left.next)}) {
            const std::size_t before = m_heap.size();
            consider(merges, a, b);
            if (m_heap.size() != before) {
                std::push_heap(m_heap.begin(), m_heap.end(), isLater);
            }
        }
    }
    for (std::uint32_t i = 0; i != kNone && i < numTokens; i = m_symbols[i].next) {
        out.push_back(m_symbols[i].id);
    }
}

}  // namespace hearth
