#pragma once

#include "kernels/api/op_table.h"

namespace hearth {

/// Optional operations of a table, composed of others where the backend has none.
OpStatus linearGroup(const OpTable& ops, OpStream* stream, const LinearGroupArgs& args) noexcept;

}  // namespace hearth
