#include "app/cli/npy.h"

#include <string>

#include "inference/gguf/atomic_file.h"

namespace hearth::cli {

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

    const std::string head = prefix + header;
    AtomicFile file(path);
    HEARTH_RETURN_IF_ERROR(file.open());
    HEARTH_RETURN_IF_ERROR(file.write(std::as_bytes(std::span(head))));
    HEARTH_RETURN_IF_ERROR(file.write(std::as_bytes(values)));
    return file.commit();
}

}  // namespace hearth::cli
