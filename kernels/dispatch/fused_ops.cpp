#include "kernels/dispatch/fused_ops.h"

namespace hearth {

OpStatus linearGroup(const OpTable& ops, OpStream* stream, const LinearGroupArgs& args) noexcept {
    if (ops.linearGroup != nullptr) {
        return ops.linearGroup(stream, &args);
    }
    for (std::int64_t i = 0; i < args.numItems; ++i) {
        if (const OpStatus status = ops.linear(stream, &args.items[i]); status != OpStatus::Ok) {
            return status;
        }
    }
    return OpStatus::Ok;
}

}  // namespace hearth
