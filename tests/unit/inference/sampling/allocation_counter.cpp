#include "tests/unit/inference/sampling/allocation_counter.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocationCount = 0;

}  // namespace

namespace hearth {

std::size_t numAllocations() noexcept {
    return allocationCount;
}

}  // namespace hearth

void* operator new(std::size_t size) {
    ++allocationCount;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocationCount;
    return std::malloc(size == 0 ? 1 : size);
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
