#pragma once

#include <filesystem>
#include <memory>

#include "kernels/api/op_table.h"
#include "kernels/base/status.h"

namespace hearth {

/// A backend in a library of its own, opened at run time. Keeps the library loaded; everything that
/// came from its table must be closed before. Const after load, so any thread may read.
class BackendPlugin {
public:
    /// Opens `path` and checks its table. Errors: NotFound (no such file), Unsupported (not a
    /// plug-in, or one of another version; a library that it needs is missing), with the reason.
    static Result<std::unique_ptr<BackendPlugin>> load(const std::filesystem::path& path);

    ~BackendPlugin();
    BackendPlugin(const BackendPlugin&) = delete;
    BackendPlugin& operator=(const BackendPlugin&) = delete;

    const OpTable& ops() const noexcept { return *m_ops; }

private:
    BackendPlugin(void* library, const OpTable* ops) noexcept : m_library(library), m_ops(ops) {}

    void* m_library;
    const OpTable* m_ops;
};

/// Where the CUDA plug-in is expected: hearth_cuda.so in the folder of the running program.
std::filesystem::path cudaPluginPath();

/// Whether a table has every operation that is not optional, so that a model can run on it.
bool isComplete(const OpTable& ops) noexcept;

}  // namespace hearth
