#include "tests/integration/engine/watched_selection.h"

#include <algorithm>
#include <cstddef>
#include <span>

#include "kernels/base/check.h"

namespace hearth::testing_support {
namespace {

/// The table's functions have no place for an object.
WatchedSelection* g_watched = nullptr;

/// Exchanges the last of the selected blocks for the first visible one that was not selected.
void readOneOther(std::span<std::int32_t> blocks, std::int32_t numVisible) {
    const auto end = std::find(blocks.begin(), blocks.end(), -1);
    for (std::int32_t other = 0; other < numVisible && end != blocks.begin(); ++other) {
        if (std::find(blocks.begin(), end, other) == end) {
            *(end - 1) = other;
            std::sort(blocks.begin(), end);
            return;
        }
    }
}

}  // namespace

WatchedSelection::WatchedSelection(IsaRequest isa, Mode mode)
    : m_original(selectCpuOps(isa).value()), m_ops(*m_original), m_mode(mode) {
    HEARTH_CHECK(g_watched == nullptr);
    g_watched = this;
    m_ops.selectBlocks = selectBlocks;
}

WatchedSelection::~WatchedSelection() {
    g_watched = nullptr;
}

OpStatus WatchedSelection::selectBlocks(OpStream* stream, const SelectBlocksArgs* args) {
    WatchedSelection& self = *g_watched;
    const OpStatus status = self.m_original->selectBlocks(stream, args);
    const auto perGroup = static_cast<std::size_t>(args->numSelected);
    const auto perRow = static_cast<std::size_t>(args->numKvHeads) * perGroup;
    const std::span<std::int32_t> blocks(args->blocks,
                                         static_cast<std::size_t>(args->rows) * perRow);
    for (std::size_t at = 0; at < blocks.size() && self.m_mode == Mode::ReadOneOther;
         at += perGroup) {
        readOneOther(blocks.subspan(at, perGroup), args->numVisible[at / perRow]);
    }
    self.m_calls.emplace_back(blocks.begin(), blocks.end());
    return status;
}

}  // namespace hearth::testing_support
