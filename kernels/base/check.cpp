#include "kernels/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace hearth::internal {

void checkFailed(const char* file, int line, const char* expression) noexcept {
    std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
    std::abort();
}

}  // namespace hearth::internal
