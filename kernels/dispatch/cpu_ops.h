#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kernels/api/op_table.h"
#include "kernels/base/status.h"

namespace hearth {

/// Which instruction set the CPU's operations use.
enum class IsaRequest {
    Auto,       ///< the widest that this CPU has
    Reference,  ///< scalar code that defines the results; slow
    Avx2,       ///< AVX2, FMA, F16C
    Avx512,     ///< AVX-512 F, BW, VL, DQ, VNNI
};

/// "auto", "reference", "avx2" or "avx512", as the setting spells them; nothing for other text.
std::optional<IsaRequest> isaRequestFromName(std::string_view name) noexcept;

/// What this CPU, together with its operating system, can run.
struct CpuFeatures {
    bool hasAvx2 = false;    ///< AVX2, FMA and F16C
    bool hasAvx512 = false;  ///< AVX-512 F, BW, VL, DQ and VNNI
    std::string name;        ///< the brand string, may be empty
};
CpuFeatures detectCpuFeatures();

/// The CPU's operations. The table is immutable and lives as long as the process; call it once at
/// start-up. Thread-safe. Errors: Unsupported where the CPU lacks what was asked for.
Result<const OpTable*> selectCpuOps(IsaRequest request);

}  // namespace hearth
