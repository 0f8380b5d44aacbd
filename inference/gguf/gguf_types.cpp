#include "inference/gguf/gguf_types.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace hearth {
namespace {

// Ascending ids. The gaps (4, 5, 31 to 33, 36 to 38) were types that the format has withdrawn.
constexpr std::array<GgufTensorType, 34> kTensorTypes{{
    {0, "F32", 1, 4},         {1, "F16", 1, 2},         {2, "Q4_0", 32, 18},
    {3, "Q4_1", 32, 20},      {6, "Q5_0", 32, 22},      {7, "Q5_1", 32, 24},
    {8, "Q8_0", 32, 34},      {9, "Q8_1", 32, 36},      {10, "Q2_K", 256, 84},
    {11, "Q3_K", 256, 110},   {12, "Q4_K", 256, 144},   {13, "Q5_K", 256, 176},
    {14, "Q6_K", 256, 210},   {15, "Q8_K", 256, 292},   {16, "IQ2_XXS", 256, 66},
    {17, "IQ2_XS", 256, 74},  {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},
    {20, "IQ4_NL", 32, 18},   {21, "IQ3_S", 256, 110},  {22, "IQ2_S", 256, 82},
    {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1},         {25, "I16", 1, 2},
    {26, "I32", 1, 4},        {27, "I64", 1, 8},        {28, "F64", 1, 8},
    {29, "IQ1_M", 256, 56},   {30, "BF16", 1, 2},       {34, "TQ1_0", 256, 54},
    {35, "TQ2_0", 256, 66},   {39, "MXFP4", 32, 17},    {40, "NVFP4", 64, 36},
    {41, "Q1_0", 128, 18},
}};

constexpr std::array<std::string_view, 13> kValueTypeNames{
    "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"};
constexpr std::array<std::size_t, 13> kValueBytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

}  // namespace

std::optional<GgufValueType> ggufValueTypeFromDisk(std::uint32_t value) noexcept {
    if (value >= kValueTypeNames.size()) {
        return std::nullopt;
    }
    return static_cast<GgufValueType>(value);
}

std::string_view ggufValueTypeName(GgufValueType type) noexcept {
    return kValueTypeNames[static_cast<std::size_t>(type)];
}

std::size_t ggufValueBytes(GgufValueType type) noexcept {
    return kValueBytes[static_cast<std::size_t>(type)];
}

const GgufTensorType* ggufTensorType(std::uint32_t id) noexcept {
    const auto found = std::lower_bound(
        kTensorTypes.begin(), kTensorTypes.end(), id,
        [](const GgufTensorType& type, std::uint32_t key) { return type.id < key; });
    return found != kTensorTypes.end() && found->id == id ? &*found : nullptr;
}

std::string ggufTensorTypeName(std::uint32_t id) {
    const GgufTensorType* type = ggufTensorType(id);
    return type != nullptr ? std::string(type->name) : "type " + std::to_string(id);
}

}  // namespace hearth
