#include "tests/integration/engine/npy_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

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
    // "'shape': (320, 4096), "; the tuple of one number ends with a comma.
    constexpr std::string_view kShape = "'shape': (";
    const std::size_t begin = header.find(kShape);
    const std::size_t end = header.find(')', begin);
    if (begin == std::string::npos || end == std::string::npos) {
        ADD_FAILURE() << path << " has no shape: " << header;
        return std::nullopt;
    }
    NpyArray array;
    std::size_t count = 1;
    std::istringstream dims(header.substr(begin + kShape.size(), end - begin - kShape.size()));
    for (std::int64_t dim = 0; dims >> dim; dims.ignore(1, ',')) {
        array.shape.push_back(dim);
        count *= static_cast<std::size_t>(dim);
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
