#include <array>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "app/cli/commands.h"
#include "inference/gguf/atomic_file.h"
#include "inference/gguf/gguf_file.h"
#include "inference/gguf/gguf_writer.h"
#include "inference/gguf/printable.h"
#include "kernels/base/dtype.h"
#include "kernels/ref/dequantize_row.h"
#include "kernels/ref/quantize_row.h"

namespace hearth::cli {
namespace {

/// Tensors that are read as f32 whatever the type of the file: norms, routers, biases, embeddings
/// of media.
bool isKeptInF32(std::string_view name) {
    constexpr std::array<std::string_view, 7> kParts{
        "norm", "ffn_gate_inp", "attn_mem_", "rel_bias", "cross_gate", "mm.", "pos"};
    for (const std::string_view part : kParts) {
        if (name.find(part) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

bool canChange(const GgufTensor& tensor, DType type) {
    return tensor.numDims >= 2 && tensor.dtype.has_value() && tensor.dtype != DType::I32 &&
           !isKeptInF32(tensor.name) && tensor.dims[0] % dtypeInfo(type).blockElements == 0;
}

/// All rows of `tensor` in another type.
Result<std::vector<std::byte>> converted(const GgufTensor& tensor, DType type) {
    const auto cols = static_cast<std::size_t>(tensor.dims[0]);
    const auto rows = static_cast<std::size_t>(tensor.numElements()) / cols;
    const std::size_t inBytes = rowBytes(*tensor.dtype, cols);
    const std::size_t outBytes = rowBytes(type, cols);
    std::vector<std::byte> result(rows * outBytes);
    std::vector<float> row(cols);
    for (std::size_t i = 0; i < rows; ++i) {
        dequantizeRow(*tensor.dtype, tensor.data.data() + i * inBytes, row.data(),
                      static_cast<std::int64_t>(cols));
        Status status = quantizeRow(type, row.data(), result.data() + i * outBytes,
                                    static_cast<std::int64_t>(cols));
        if (!status.isOk()) {
            return std::move(status).withContext("tensor " + printableName(tensor.name) + ", row " +
                                                 std::to_string(i));
        }
    }
    return result;
}

}  // namespace

Status runQuantize(const QuantizeArguments& arguments) {
    const std::optional<DType> type = dtypeFromName(arguments.type);
    if (!type.has_value() || !isWeightType(*type)) {
        return {ErrorCode::InvalidArgument, "'" + arguments.type + "' is no weight type"};
    }
    std::error_code error;
    if (std::filesystem::equivalent(arguments.input, arguments.output, error)) {
        return {ErrorCode::InvalidArgument,
                "the input and the output are the same file; name another output"};
    }
    HEARTH_RETURN_IF_ERROR(AtomicFile::checkTarget(arguments.output));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<GgufFile> file, GgufFile::open(arguments.input));
    GgufWriter writer;
    for (const GgufEntry& entry : file->entries()) {
        HEARTH_RETURN_IF_ERROR(writer.addEntry(entry));
    }
    int numChanged = 0;
    std::vector<std::byte> buffer;  // of the tensor that is being written
    for (const GgufTensor& tensor : file->tensors()) {
        const std::span<const std::uint64_t> dims(tensor.dims.data(),
                                                  static_cast<std::size_t>(tensor.numDims));
        if (!canChange(tensor, *type)) {
            HEARTH_RETURN_IF_ERROR(writer.addTensor(
                tensor.name, tensor.typeId, dims,
                [&tensor]() -> Result<std::span<const std::byte>> { return tensor.data; }));
            continue;
        }
        ++numChanged;
        const auto source = [&tensor, &buffer, type]() -> Result<std::span<const std::byte>> {
            HEARTH_ASSIGN_OR_RETURN(buffer, converted(tensor, *type));
            return std::span<const std::byte>(buffer);
        };
        HEARTH_RETURN_IF_ERROR(
            writer.addTensor(tensor.name, static_cast<std::uint32_t>(*type), dims, source));
    }
    HEARTH_RETURN_IF_ERROR(writer.write(arguments.output));
    const std::uintmax_t bytesOut = std::filesystem::file_size(arguments.output, error);
    if (error) {
        return {ErrorCode::Io, "cannot read " + arguments.output.string() + ": " + error.message()};
    }
    const std::size_t numKept = file->tensors().size() - static_cast<std::size_t>(numChanged);
    if (arguments.isJson) {
        std::printf("%s\n", nlohmann::json{{"bytes_in", file->sizeBytes()},
                                           {"bytes_out", bytesOut},
                                           {"tensors_changed", numChanged},
                                           {"tensors_kept", numKept}}
                                .dump()
                                .c_str());
    } else {
        constexpr double kMib = 1024.0 * 1024.0;
        std::printf("%s: %.1f MiB from %.1f MiB; %d tensors changed, %zu kept\n",
                    printableText(arguments.output.string()).c_str(),
                    static_cast<double>(bytesOut) / kMib,
                    static_cast<double>(file->sizeBytes()) / kMib, numChanged, numKept);
    }
    return {};
}

}  // namespace hearth::cli
