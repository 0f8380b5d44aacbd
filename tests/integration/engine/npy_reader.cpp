#include "tests/integration/engine/npy_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace hearth::testing_support {

std::optional<NpyArray> readNpy(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    EXPECT_GT(bytes.size(), 10U) << path;
    EXPECT_EQ(bytes.substr(1, 5), "NUMPY") << path;
    const auto byteAt = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
    };
    const std::size_t headerLength = byteAt(8) + 256 * byteAt(9);
    const std::string header = bytes.substr(10, headerLength);
    std::smatch match;
    EXPECT_TRUE(std::regex_search(header, match, std::regex(R"('shape': \(([^)]*)\))"))) << header;
    NpyArray array;
    std::size_t count = 1;
    const std::string dims = match[1];
    const std::regex number("[0-9]+");
    for (std::sregex_iterator it(dims.begin(), dims.end(), number); it != std::sregex_iterator();
         ++it) {
        array.shape.push_back(std::stoll(it->str()));
        count *= static_cast<std::size_t>(array.shape.back());
    }
    const bool isFloat = header.find("'<f4'") != std::string::npos;
    const bool isInteger = header.find("'<i2'") != std::string::npos;
    const std::size_t numBytes = count * (isFloat ? sizeof(float) : sizeof(std::int16_t));
    if (!(isFloat || isInteger) || bytes.size() != 10 + headerLength + numBytes) {
        ADD_FAILURE() << path << " is no array of f32 or i16: " << header;
        return std::nullopt;
    }
    const char* data = bytes.data() + 10 + headerLength;
    if (isFloat) {
        array.floats.resize(count);
        std::memcpy(array.floats.data(), data, numBytes);
    } else {
        std::vector<std::int16_t> integers(count);
        std::memcpy(integers.data(), data, numBytes);
        array.integers.assign(integers.begin(), integers.end());
    }
    return array;
}

}  // namespace hearth::testing_support
