#include "tests/integration/engine/dequantized_model.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "inference/gguf/gguf_writer.h"
#include "kernels/base/dtype.h"
#include "kernels/ref/dequantize_row.h"

namespace hearth::testing_support {
namespace {

/// Row by row, as the matrices of a model lie.
std::vector<float> expanded(const GgufTensor& tensor) {
    const auto columns = static_cast<std::size_t>(tensor.dims[0]);
    const std::size_t bytes = rowBytes(*tensor.dtype, columns);
    std::vector<float> values(static_cast<std::size_t>(tensor.numElements()));
    for (std::size_t row = 0; row * columns < values.size(); ++row) {
        dequantizeRow(*tensor.dtype, tensor.data.data() + row * bytes,
                      values.data() + row * columns, static_cast<std::int64_t>(columns));
    }
    return values;
}

Status writeExpanded(const GgufFile& file, const std::filesystem::path& path) {
    GgufWriter writer;
    for (const GgufEntry& entry : file.entries()) {
        HEARTH_RETURN_IF_ERROR(writer.addEntry(entry));
    }
    std::vector<float> values;  // of the tensor that is being written
    for (const GgufTensor& tensor : file.tensors()) {
        if (!tensor.dtype.has_value() || !isWeightType(*tensor.dtype)) {
            return {ErrorCode::Unsupported, "tensor " + std::string(tensor.name)};
        }
        const auto source = [&tensor, &values]() -> Result<std::span<const std::byte>> {
            values = expanded(tensor);
            return std::as_bytes(std::span<const float>(values));
        };
        const std::span<const std::uint64_t> dims(tensor.dims.data(),
                                                  static_cast<std::size_t>(tensor.numDims));
        HEARTH_RETURN_IF_ERROR(
            writer.addTensor(tensor.name, static_cast<std::uint32_t>(DType::F32), dims, source));
    }
    return writer.write(path);
}

}  // namespace

Result<std::shared_ptr<const Model>> loadInF32(const std::filesystem::path& path,
                                               const std::filesystem::path& folder) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<GgufFile> file, GgufFile::open(path));
    const std::filesystem::path expandedPath =
        folder / ("parity-f32-" + std::to_string(getpid()) + ".gguf");
    HEARTH_RETURN_IF_ERROR(writeExpanded(*file, expandedPath));
    Result<std::shared_ptr<const Model>> model =
        Model::load(expandedPath, {.needsTokenizer = false});
    std::error_code ignored;
    std::filesystem::remove(expandedPath, ignored);  // the mapping keeps the content
    return model;
}

}  // namespace hearth::testing_support
