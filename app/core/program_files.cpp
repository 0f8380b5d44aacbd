#include "app/core/program_files.h"

#include <span>
#include <string>
#include <system_error>
#include <vector>

namespace hearth::app {
namespace {

namespace fs = std::filesystem;

Result<fs::path> firstExisting(std::span<const fs::path> places, const std::string& what,
                               const std::string& remedy) {
    std::string names;
    for (const fs::path& place : places) {
        std::error_code error;
        if (fs::is_regular_file(place, error)) {
            return place;
        }
        names += (names.empty() ? "" : ", ") + place.string();
    }
    return Status(ErrorCode::NotFound, what + " is not there; looked for " + names + "; " + remedy);
}

}  // namespace

fs::path programFolder() {
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    return error ? fs::path() : program.parent_path();
}

Result<fs::path> findBuiltInModel() {
    constexpr const char* kName = "hearth-mini.gguf";
    const fs::path folder = programFolder();
    return firstExisting(
        std::vector<fs::path>{folder / kName, folder.parent_path() / "share/hearth" / kName,
                              fs::path(HEARTH_SOURCE_DIR) / "resources/hearth-mini" / kName},
        "the built-in model", "put it there or name another model file");
}

Result<fs::path> findDecoderProgram() {
    constexpr const char* kName = "hearth-decoder";
    const fs::path folder = programFolder();
    return firstExisting(
        std::vector<fs::path>{folder / kName, folder.parent_path() / "libexec/hearth" / kName},
        "the decoder program", "install Hearth again");
}

}  // namespace hearth::app
