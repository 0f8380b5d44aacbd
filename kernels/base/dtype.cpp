#include "kernels/base/dtype.h"

#include <array>
#include <cctype>
#include <utility>

#include "kernels/base/check.h"

namespace hearth {
namespace {

constexpr std::array<std::pair<DType, DTypeInfo>, 10> kTypes{{
    {DType::F32, {"F32", 1, 4}},
    {DType::F16, {"F16", 1, 2}},
    {DType::Q4_0, {"Q4_0", 32, 18}},
    {DType::Q5_0, {"Q5_0", 32, 22}},
    {DType::Q8_0, {"Q8_0", 32, 34}},
    {DType::Q4_K, {"Q4_K", 256, 144}},
    {DType::Q5_K, {"Q5_K", 256, 176}},
    {DType::Q6_K, {"Q6_K", 256, 210}},
    {DType::I32, {"I32", 1, 4}},
    {DType::BF16, {"BF16", 1, 2}},
}};

}  // namespace

const DTypeInfo& dtypeInfo(DType type) noexcept {
    for (const auto& [known, info] : kTypes) {
        if (known == type) {
            return info;
        }
    }
    HEARTH_CHECK(false && "a DType outside the enumeration");
}

std::optional<DType> dtypeFromDisk(std::uint32_t value) noexcept {
    for (const auto& [known, info] : kTypes) {
        if (static_cast<std::uint32_t>(known) == value) {
            return known;
        }
    }
    return std::nullopt;
}

std::optional<DType> dtypeFromName(std::string_view name) noexcept {
    for (const auto& [known, info] : kTypes) {
        bool isEqual = name.size() == info.name.size();
        for (std::size_t i = 0; isEqual && i < name.size(); ++i) {
            isEqual = std::toupper(static_cast<unsigned char>(name[i])) == info.name[i];
        }
        if (isEqual) {
            return known;
        }
    }
    return std::nullopt;
}

}  // namespace hearth
