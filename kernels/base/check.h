#pragma once

namespace hearth::internal {

/// Prints "file:line: check failed: expression" to standard error and aborts.
[[noreturn]] void checkFailed(const char* file, int line, const char* expression) noexcept;

}  // namespace hearth::internal

/// Aborts when a condition that only a bug in this program can break does not hold. Always on.
/// Never for user data.
#define HEARTH_CHECK(condition)                                              \
    do {                                                                     \
        if (!(condition)) [[unlikely]] {                                     \
            ::hearth::internal::checkFailed(__FILE__, __LINE__, #condition); \
        }                                                                    \
    } while (false)

/// As HEARTH_CHECK, in debug builds only; for hot loops.
#ifdef NDEBUG
#define HEARTH_DCHECK(condition) static_cast<void>(sizeof((condition) ? 1 : 0))
#else
#define HEARTH_DCHECK(condition) HEARTH_CHECK(condition)
#endif
