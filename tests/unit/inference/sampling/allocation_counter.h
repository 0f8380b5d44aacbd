#pragma once

#include <cstddef>

namespace hearth {

/// Calls of operator new by this thread so far. A program that links allocation_counter.cpp counts
/// them.
std::size_t numAllocations() noexcept;

}  // namespace hearth
