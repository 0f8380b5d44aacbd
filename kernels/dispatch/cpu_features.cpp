#include <cpuid.h>

#include <cstring>

#include "kernels/dispatch/cpu_ops.h"

namespace hearth {
namespace {

/// Extended control register 0: which register states the operating system saves.
std::uint64_t readXcr0() noexcept {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (static_cast<std::uint64_t>(high) << 32) | low;
}

constexpr bool hasBit(std::uint32_t value, int bit) noexcept {
    return ((value >> bit) & 1U) != 0;
}

std::string brandString() {
    unsigned registers[3][4] = {};
    unsigned highest = 0;
    unsigned unused = 0;
    if (__get_cpuid(0x80000000U, &highest, &unused, &unused, &unused) == 0 ||
        highest < 0x80000004U) {
        return {};
    }
    for (unsigned leaf = 0; leaf < 3; ++leaf) {
        unsigned* r = registers[leaf];
        __get_cpuid(0x80000002U + leaf, &r[0], &r[1], &r[2], &r[3]);
    }
    char text[sizeof(registers) + 1] = {};
    std::memcpy(text, registers, sizeof(registers));
    std::string name(text);
    name.erase(0, name.find_first_not_of(' '));
    name.erase(name.find_last_not_of(' ') + 1);
    return name;
}

}  // namespace

CpuFeatures detectCpuFeatures() {
    CpuFeatures features;
    features.name = brandString();
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) {
        return features;
    }
    const bool hasOsXsave = hasBit(ecx, 27);
    const bool hasFma = hasBit(ecx, 12);
    const bool hasF16c = hasBit(ecx, 29);
    if (!hasOsXsave || __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) {
        return features;
    }
    constexpr std::uint64_t kYmmState = 0x06;
    constexpr std::uint64_t kZmmState = 0xE6;
    const std::uint64_t states = readXcr0();
    features.hasAvx2 = (states & kYmmState) == kYmmState && hasFma && hasF16c && hasBit(ebx, 5);
    // F, DQ, BW, VL in EBX; VNNI in ECX.
    features.hasAvx512 = features.hasAvx2 && (states & kZmmState) == kZmmState && hasBit(ebx, 16) &&
                         hasBit(ebx, 17) && hasBit(ebx, 30) && hasBit(ebx, 31) && hasBit(ecx, 11);
    return features;
}

}  // namespace hearth
