#pragma once

#include <cstdint>
#include <vector>

#include "kernels/api/op_table.h"
#include "kernels/dispatch/cpu_ops.h"

namespace hearth::testing_support {

/// A table of the CPU's operations that notes which memory blocks are selected, or selects others.
/// One at a time; one thread.
class WatchedSelection {
public:
    enum class Mode : std::uint8_t {
        Record,        ///< the operation as it is
        ReadOneOther,  ///< the last selected block gives way to one that was not selected
    };

    /// The CPU has `isa`.
    WatchedSelection(IsaRequest isa, Mode mode);
    ~WatchedSelection();
    WatchedSelection(const WatchedSelection&) = delete;
    WatchedSelection& operator=(const WatchedSelection&) = delete;

    /// For devices that this object outlives.
    const OpTable& ops() const noexcept { return m_ops; }
    /// What the calls since the last `clear` selected: [rows, KV heads, selected] each. In a step
    /// there is one call for each layer with memory, if any row sees a block.
    const std::vector<std::vector<std::int32_t>>& calls() const noexcept { return m_calls; }
    void clear() { m_calls.clear(); }

private:
    static OpStatus selectBlocks(OpStream* stream, const SelectBlocksArgs* args);

    const OpTable* m_original;
    OpTable m_ops;
    Mode m_mode;
    std::vector<std::vector<std::int32_t>> m_calls;
};

}  // namespace hearth::testing_support
