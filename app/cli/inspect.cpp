#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "inference/gguf/gguf_file.h"
#include "inference/gguf/printable.h"
#include "inference/model/hearth_config.h"
#include "kernels/dispatch/cpu_ops.h"

namespace hearth::cli {
namespace {

/// What a model file holds, counted from its header alone.
struct ModelFacts {
    std::string architecture;
    std::string name;
    std::uint64_t parameters = 0;
    std::uint64_t activeParameters = 0;
    std::uint64_t weightBytes = 0;
    std::uint64_t contextLength = 0;
    std::uint64_t cacheBytesPerToken = 0;
    std::map<std::string, std::uint64_t> bytesByType;
    std::string reason;  ///< why the model does not run here; empty if it does
};

bool isExpertTensor(std::string_view name) {
    return name.find("_exps.") != std::string_view::npos;
}

/// Bytes that the cache grows by with each token of a long context, f16: full keys and values of
/// the layers that keep all tokens, for Hearth Mini with its compressed entries
/// (docs/adr/0001-hearth-mini-model.md).
Result<std::uint64_t> cacheBytesPerToken(const GgufFile& file, const std::string& architecture) {
    const std::string prefix = architecture + ".";
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t numHeads,
                            file.getU32Or(prefix + "attention.head_count", 0));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t numKvHeads,
                            file.getU32Or(prefix + "attention.head_count_kv", numHeads));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t width,
                            file.getU32Or(prefix + "embedding_length", 0));
    HEARTH_ASSIGN_OR_RETURN(
        const std::uint32_t keyLength,
        file.getU32Or(prefix + "attention.key_length", numHeads == 0 ? 0 : width / numHeads));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t numBlocks,
                            file.getU32Or(prefix + "block_count", 0));
    const std::uint64_t layerBytes =
        std::uint64_t{2} * sizeof(std::uint16_t) * numKvHeads * keyLength;
    if (!file.contains(prefix + "memory.layers")) {
        return layerBytes * numBlocks;
    }
    HEARTH_ASSIGN_OR_RETURN(const GgufIntArray memoryLayers,
                            file.getInts(prefix + "memory.layers"));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t blockLength,
                            file.getU32(prefix + "memory.block_length"));
    if (blockLength == 0) {
        return Status(ErrorCode::CorruptData,
                      file.name() + ": " + prefix + "memory.block_length is 0");
    }
    return (layerBytes + layerBytes / blockLength) * memoryLayers.size();
}

Result<ModelFacts> readFacts(const GgufFile& file) {
    ModelFacts facts;
    HEARTH_ASSIGN_OR_RETURN(const std::string_view architecture,
                            file.getString("general.architecture"));
    facts.architecture = architecture;
    HEARTH_ASSIGN_OR_RETURN(const std::string_view name, file.getStringOr("general.name", ""));
    facts.name = name;
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t numExperts,
                            file.getU32Or(facts.architecture + ".expert_count", 0));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t numUsed,
                            file.getU32Or(facts.architecture + ".expert_used_count", 0));
    HEARTH_ASSIGN_OR_RETURN(const std::uint32_t context,
                            file.getU32Or(facts.architecture + ".context_length", 0));
    facts.contextLength = context;
    HEARTH_ASSIGN_OR_RETURN(facts.cacheBytesPerToken, cacheBytesPerToken(file, facts.architecture));
    for (const GgufTensor& tensor : file.tensors()) {
        const std::uint64_t count = tensor.numElements();
        facts.parameters += count;
        facts.activeParameters += isExpertTensor(tensor.name) && numExperts > 0
                                      ? count / numExperts * std::min(numUsed, numExperts)
                                      : count;
        facts.weightBytes += tensor.data.size();
        facts.bytesByType[ggufTensorTypeName(tensor.typeId)] += tensor.data.size();
        if (!tensor.dtype.has_value() && facts.reason.empty()) {
            facts.reason = "tensor " + printableName(tensor.name) + " has type " +
                           ggufTensorTypeName(tensor.typeId) + ", which is not computed with yet";
        }
    }
    if (facts.architecture != "hearth") {
        facts.reason = "architecture '" + printableName(facts.architecture) +
                       "' is not supported yet; supported: hearth";
    } else if (facts.reason.empty()) {
        const Result<HearthConfig> config = HearthConfig::read(file);
        if (!config.has_value()) {
            facts.reason = config.error().message();
        }
    }
    return facts;
}

std::string shapeOf(const GgufTensor& tensor) {
    std::string shape;
    for (int i = 0; i < tensor.numDims; ++i) {
        shape += (i == 0 ? "" : " x ") + std::to_string(tensor.dims[static_cast<std::size_t>(i)]);
    }
    return shape;
}

nlohmann::json toJson(const ModelFacts& facts, const GgufFile& file, bool listsTensors) {
    nlohmann::json json{{"architecture", facts.architecture},
                        {"name", facts.name},
                        {"parameters", facts.parameters},
                        {"active_parameters", facts.activeParameters},
                        {"tensors", file.tensors().size()},
                        {"types", facts.bytesByType},
                        {"context_length", facts.contextLength},
                        {"supported", facts.reason.empty()},
                        {"placement",
                         {{"device", "cpu"},
                          {"weights_bytes", facts.weightBytes},
                          {"cache_bytes_per_token", facts.cacheBytesPerToken}}}};
    if (!facts.reason.empty()) {
        json["reason"] = facts.reason;
    }
    if (listsTensors) {
        nlohmann::json list = nlohmann::json::array();
        for (const GgufTensor& tensor : file.tensors()) {
            list.push_back(
                {{"name", tensor.name},
                 {"type", ggufTensorTypeName(tensor.typeId)},
                 {"shape", std::vector<std::uint64_t>(tensor.dims.begin(),
                                                      tensor.dims.begin() + tensor.numDims)},
                 {"bytes", tensor.data.size()}});
        }
        json["tensors"] = std::move(list);
    }
    return json;
}

void printForPeople(const ModelFacts& facts, const GgufFile& file, bool listsTensors) {
    constexpr double kMillion = 1e6;
    constexpr double kMib = 1024.0 * 1024.0;
    std::printf("%s\n", printableText(file.name()).c_str());
    std::printf("  model         %s%s%s\n", printableName(facts.name).c_str(),
                facts.name.empty() ? "" : ", ", printableName(facts.architecture).c_str());
    std::printf("  parameters    %.1f M, %.1f M active per token\n",
                static_cast<double>(facts.parameters) / kMillion,
                static_cast<double>(facts.activeParameters) / kMillion);
    std::printf("  weights       %.1f MiB in %zu tensors (",
                static_cast<double>(facts.weightBytes) / kMib, file.tensors().size());
    const char* separator = "";
    for (const auto& [type, bytes] : facts.bytesByType) {
        std::printf("%s%s %.1f", separator, type.c_str(), static_cast<double>(bytes) / kMib);
        separator = ", ";
    }
    std::printf(")\n");
    std::printf("  context       %llu tokens, %.2f KiB of cache a token\n",
                static_cast<unsigned long long>(facts.contextLength),
                static_cast<double>(facts.cacheBytesPerToken) / 1024.0);
    if (facts.reason.empty()) {
        const Result<const OpTable*> ops = selectCpuOps(IsaRequest::Auto);
        std::printf("  runs here     yes, on the CPU (%s)\n",
                    ops.has_value() ? ops.value()->name : ops.error().message().c_str());
    } else {
        std::printf("  runs here     no: %s\n", printableText(facts.reason).c_str());
    }
    if (listsTensors) {
        for (const GgufTensor& tensor : file.tensors()) {
            std::printf("  %-40s %-6s %s\n", printableName(tensor.name).c_str(),
                        ggufTensorTypeName(tensor.typeId).c_str(), shapeOf(tensor).c_str());
        }
    }
}

}  // namespace

Status runInspect(const InspectArguments& arguments) {
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<GgufFile> file, GgufFile::open(arguments.model));
    HEARTH_ASSIGN_OR_RETURN(const ModelFacts facts, readFacts(*file));
    if (arguments.isJson) {
        // Names in a file are any bytes; what is no UTF-8 is replaced, as JSON needs, and the rest
        // escaped: a terminal may act on more than ASCII's control characters.
        std::printf("%s\n", toJson(facts, *file, arguments.listsTensors)
                                .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
                                .c_str());
    } else {
        printForPeople(facts, *file, arguments.listsTensors);
    }
    return {};
}

}  // namespace hearth::cli
