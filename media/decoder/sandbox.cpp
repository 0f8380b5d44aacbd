#include "media/decoder/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <string>

#include "kernels/base/scoped_fd.h"

namespace hearth::media {
namespace {

// GCC defines macros, Clang answers a question.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HEARTH_HAS_SANITIZER
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(HEARTH_HAS_SANITIZER)
constexpr bool kHasSanitizer = true;
#else
constexpr bool kHasSanitizer = false;
#endif

Status failed(const char* what) {
    return {ErrorCode::Internal, std::string("the decoder cannot lock itself in (") + what +
                                     "): " + std::strerror(errno)};
}

/// Bytes of address space in use, 0 if the system does not tell.
std::uint64_t currentAddressSpace() {
    std::uint64_t pages = 0;
    if (std::FILE* file = std::fopen("/proc/self/statm", "re")) {
        unsigned long long value = 0;
        pages = std::fscanf(file, "%llu", &value) == 1 ? value : 0;
        std::fclose(file);
    }
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool limitResource(__rlimit_resource resource, std::uint64_t soft, std::uint64_t hard) {
    rlimit64 now{};
    if (::getrlimit64(resource, &now) != 0) {
        return false;
    }
    const rlimit64 wanted{std::min<rlim64_t>(soft, now.rlim_max),
                          std::min<rlim64_t>(hard, now.rlim_max)};
    return ::setrlimit64(resource, &wanted) == 0;
}

Status limitResources(const SandboxLimits& limits) {
    const std::uint64_t used = currentAddressSpace();
    if (!kHasSanitizer && used > 0 &&
        !limitResource(RLIMIT_AS, used + limits.memoryBytes, used + limits.memoryBytes)) {
        return failed("memory");
    }
    // At the soft limit SIGXCPU, which the client can tell from a crash; a second later SIGKILL.
    const std::uint64_t seconds = std::max<std::uint64_t>(limits.cpuSeconds, 1);
    if (!limitResource(RLIMIT_CPU, seconds, seconds + 1)) {
        return failed("processor time");
    }
    if (!limitResource(RLIMIT_FSIZE, 0, 0) || !limitResource(RLIMIT_CORE, 0, 0) ||
        !limitResource(RLIMIT_NOFILE, 64, 64)) {
        return failed("files");
    }
    return {};
}

/// Leaves read access to the data that libraries load late (character maps of Poppler, of ICU).
void restrictFolders() {
    landlock_ruleset_attr rules{};
    rules.handled_access_fs =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
        LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |
        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    const ScopedFd ruleset(
        static_cast<int>(::syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0U)));
    if (!ruleset.isValid()) {
        return;  // a kernel without Landlock; the list of calls below still holds
    }
    for (const char* folder : {"/usr/share", "/usr/lib", "/lib", "/etc/fonts"}) {
        const ScopedFd fd(::open(folder, O_PATH | O_CLOEXEC));
        if (!fd.isValid()) {
            continue;
        }
        landlock_path_beneath_attr rule{};
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
        rule.parent_fd = fd.get();
        static_cast<void>(
            ::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0U));
    }
    static_cast<void>(::syscall(SYS_landlock_restrict_self, ruleset.get(), 0U));
}

// What reading a descriptor, memory, and the C library's start of locales and maps need.
constexpr std::array kAllowedCalls{
    SCMP_SYS(brk),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(mprotect),
    SCMP_SYS(madvise),
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(lseek),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(sendmsg),
    SCMP_SYS(close),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),
    SCMP_SYS(stat),
    SCMP_SYS(lstat),
    SCMP_SYS(statx),
    SCMP_SYS(access),
    SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(getdents64),
    SCMP_SYS(futex),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrandom),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(uname),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
};

Status restrictCalls() {
    const std::unique_ptr<void, decltype(&::seccomp_release)> filter(
        ::seccomp_init(SCMP_ACT_ERRNO(EPERM)), &::seccomp_release);
    if (!filter) {
        return failed("list of calls");
    }
    int error = 0;
    for (const int call : kAllowedCalls) {
        // A call that this architecture lacks needs no rule.
        const int added = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
        error = added != 0 && added != -EDOM ? added : error;
    }
    const auto addWith = [&](int call, scmp_arg_cmp comparison) {
        const int added = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 1, comparison);
        error = added != 0 && added != -EDOM ? added : error;
    };
    constexpr auto kWriting =
        static_cast<scmp_datum_t>(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
    const auto self = static_cast<scmp_datum_t>(::getpid());
    addWith(SCMP_SYS(open), {1, SCMP_CMP_MASKED_EQ, kWriting, 0});
    addWith(SCMP_SYS(openat), {2, SCMP_CMP_MASKED_EQ, kWriting, 0});
    addWith(SCMP_SYS(fcntl), {1, SCMP_CMP_EQ, F_GETFL, 0});
    addWith(SCMP_SYS(fcntl), {1, SCMP_CMP_EQ, F_GETFD, 0});
    addWith(SCMP_SYS(fcntl), {1, SCMP_CMP_EQ, F_SETFD, 0});
    // abort() and failed assertions signal the process itself; any other target fails.
    addWith(SCMP_SYS(tgkill), {0, SCMP_CMP_EQ, self, 0});
    addWith(SCMP_SYS(kill), {0, SCMP_CMP_EQ, self, 0});
    if (error != 0) {
        errno = -error;
        return failed("list of calls");
    }
    if (const int loaded = ::seccomp_load(filter.get()); loaded != 0) {
        errno = -loaded;
        return failed("list of calls");
    }
    return {};
}

}  // namespace

void leaveParentBehind(int lastFd) noexcept {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    static_cast<void>(::syscall(SYS_close_range, static_cast<unsigned>(lastFd) + 1,
                                std::numeric_limits<unsigned>::max(), 0U));
}

Status enterSandbox(const SandboxLimits& limits) {
    HEARTH_RETURN_IF_ERROR(limitResources(limits));
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return failed("privileges");
    }
    if (kHasSanitizer) {
        return {};
    }
    restrictFolders();
    return restrictCalls();
}

}  // namespace hearth::media
