#pragma once

#include <cstdint>

#include "kernels/base/status.h"

namespace hearth::media {

/// What is left to a helper once it has its job.
struct SandboxLimits {
    std::uint64_t memoryBytes = 0;  ///< address space on top of what the process has now
    std::uint64_t cpuSeconds = 0;
};

/// Closes all descriptors above `lastFd` and asks to die with the parent.
void leaveParentBehind(int lastFd) noexcept;

/// Gives up everything that decoding does not need, for good: memory and processor time are
/// limited, no core, no growing of files, no new programs, threads or sockets (seccomp allows a
/// list of calls, the others fail with EPERM), files open for reading only and, where the kernel
/// has Landlock, only below the folders of system data such as character maps. Builds with
/// sanitizers skip the address-space limit and the list of calls, which sanitizers cannot live
/// with. Errors: Internal.
Status enterSandbox(const SandboxLimits& limits);

}  // namespace hearth::media
