#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/base/status.h"

namespace hearth::testing_support {

/// Sizes of a tiny model; head size 16, memory block 32, two experts a token.
struct TinyHearthSizes {
    std::int64_t vocab = 96;
    std::int64_t width = 64;
    std::int64_t layers = 4;
    std::int64_t heads = 4;
    std::int64_t kvHeads = 2;
    std::int64_t headDim = 16;
    std::int64_t window = 64;
    std::int64_t selectedBlocks = 2;
    std::int64_t experts = 8;
    std::int64_t hidden = 32;
    std::int64_t context = 32768;
    std::vector<std::int32_t> memoryLayers = {1, 3};
    std::vector<std::int32_t> crossLayers = {1, 2};
};

struct TinyKey {
    std::string name;  ///< with its "hearth." or "general."
    std::variant<std::uint32_t, float, std::string, std::vector<std::int32_t>> value;
};

struct TinyTensor {
    std::string name;
    std::vector<std::int64_t> shape;  ///< outermost first, as docs/adr/0001-hearth-mini-model.md
    std::vector<float> values;
    DType type = DType::F32;  ///< other types are written as zeros: they are for tests of errors
};

/// Keys and seeded random F32 weights of the `hearth` family, to be changed at will before write().
/// The weights are scaled so that attention, router and block selection prefer clearly.
struct TinyHearthModel {
    TinyHearthSizes sizes;
    std::vector<TinyKey> keys;
    std::vector<TinyTensor> tensors;

    TinyHearthModel(const TinyHearthSizes& modelSizes, std::uint64_t seed);

    /// Requires that it is there.
    const TinyTensor& tensor(const std::string& name) const;
    TinyTensor& tensor(const std::string& name);
    TinyKey& key(const std::string& name);
    void removeKey(const std::string& name);
    void removeTensor(const std::string& name);

    Status write(const std::filesystem::path& path) const;
};

/// `count` tokens of [0, vocab), seeded.
std::vector<std::int32_t> randomTokens(std::int64_t vocab, std::size_t count, std::uint64_t seed);

/// Normally distributed values, seeded.
std::vector<float> randomNormal(std::size_t count, float deviation, std::uint64_t seed);

}  // namespace hearth::testing_support
