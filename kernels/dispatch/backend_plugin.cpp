#include "kernels/dispatch/backend_plugin.h"

#include <dlfcn.h>

#include <string>
#include <system_error>

namespace hearth {
namespace {

/// The loader's text for the last failure, which names the library and the symbol.
std::string loaderError() {
    const char* text = ::dlerror();
    return text == nullptr ? "unknown reason" : text;
}

struct LibraryCloser {
    void operator()(void* library) const noexcept { ::dlclose(library); }
};

}  // namespace

Result<std::unique_ptr<BackendPlugin>> BackendPlugin::load(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return Status(ErrorCode::NotFound, "there is no plug-in " + path.string());
    }
    // RTLD_LOCAL: symbols of the plug-in must not replace ours.
    std::unique_ptr<void, LibraryCloser> library(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (library == nullptr) {
        return Status(ErrorCode::Unsupported, "the plug-in cannot be opened: " + loaderError());
    }
    void* symbol = ::dlsym(library.get(), kOpTableEntryName);
    if (symbol == nullptr) {
        return Status(ErrorCode::Unsupported,
                      path.string() + " is a library, but not a plug-in of Hearth");
    }
    const auto entry = reinterpret_cast<OpTableEntry>(symbol);
    const OpTable* ops = entry(kOpTableVersion);
    if (ops == nullptr || ops->version != kOpTableVersion || ops->structBytes != sizeof(OpTable)) {
        return Status(ErrorCode::Unsupported,
                      path.string() +
                          " belongs to another version of Hearth (this one needs plug-in "
                          "interface " +
                          std::to_string(kOpTableVersion) + "); install both together");
    }
    return std::unique_ptr<BackendPlugin>(new BackendPlugin(library.release(), ops));
}

BackendPlugin::~BackendPlugin() {
    ::dlclose(m_library);
}

std::filesystem::path cudaPluginPath() {
    std::error_code error;
    const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
    return program.parent_path() / "hearth_cuda.so";
}

bool isComplete(const OpTable& ops) noexcept {
    return ops.embedRows != nullptr && ops.gatherRows != nullptr && ops.rmsNorm != nullptr &&
           ops.linear != nullptr && ops.expertLinear != nullptr && ops.moeFeedForward != nullptr &&
           ops.routerTopK != nullptr && ops.siluMultiply != nullptr && ops.gelu != nullptr &&
           ops.addScaled != nullptr && ops.ropeTable != nullptr && ops.rope != nullptr &&
           ops.storeRows != nullptr && ops.loadRows != nullptr && ops.compressBlocks != nullptr &&
           ops.selectBlocks != nullptr && ops.attention != nullptr &&
           ops.encoderAttention != nullptr;
}

}  // namespace hearth
