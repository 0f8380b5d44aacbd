#include "app/cli/npy.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>

namespace hearth::cli {
namespace {

struct CloseFile {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

Status writeError(const std::filesystem::path& path) {
    return {ErrorCode::Io, "cannot write " + path.string() + ": " + std::strerror(errno)};
}

}  // namespace

Status writeNpy(const std::filesystem::path& path, std::span<const float> values,
                std::span<const std::int64_t> shape) {
    std::string dims;
    std::int64_t count = 1;
    for (const std::int64_t dim : shape) {
        dims += std::to_string(dim) + ",";
        count *= dim;
    }
    HEARTH_CHECK(count == static_cast<std::int64_t>(values.size()));
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + dims + "), }";
    // Magic, version, length and header together are a multiple of 64 bytes and end with a line
    // feed.
    constexpr std::size_t kPrefix = 10;
    header.append(63 - (kPrefix + header.size()) % 64, ' ');
    header += '\n';
    std::string prefix("\x93NUMPY\x01\x00", 8);
    prefix += static_cast<char>(header.size() & 0xFFU);
    prefix += static_cast<char>(header.size() >> 8U);

    const std::filesystem::path partial = path.string() + ".part";
    std::unique_ptr<std::FILE, CloseFile> file(std::fopen(partial.c_str(), "wb"));
    if (file == nullptr) {
        return writeError(path);
    }
    const bool isWritten =
        std::fwrite(prefix.data(), 1, prefix.size(), file.get()) == prefix.size() &&
        std::fwrite(header.data(), 1, header.size(), file.get()) == header.size() &&
        std::fwrite(values.data(), sizeof(float), values.size(), file.get()) == values.size() &&
        std::fflush(file.get()) == 0;
    // Closing can fail too, where the system writes late; a failed write says why already.
    Status status = isWritten ? Status() : writeError(path);
    if (std::fclose(file.release()) != 0 && status.isOk()) {
        status = writeError(path);
    }
    std::error_code error;
    if (status.isOk()) {
        std::filesystem::rename(partial, path, error);
        if (error) {
            status = {ErrorCode::Io, "cannot write " + path.string() + ": " + error.message()};
        }
    }
    if (!status.isOk()) {
        std::filesystem::remove(partial, error);
        return status;
    }
    return {};
}

}  // namespace hearth::cli
