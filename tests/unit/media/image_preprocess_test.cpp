#include "media/image/image_preprocess.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace hearth::media {
namespace {

/// The picture of tests/data/media/make_vectors.py.
Image inventedPicture(int width, int height) {
    Image image;
    image.width = width;
    image.height = height;
    auto state = static_cast<std::uint32_t>(width * 1000 + height);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int channel = 0; channel < 4; ++channel) {
                state = state * 1664525U + 1013904223U;
                auto value = static_cast<std::uint8_t>(state >> 24U);
                if (channel == 0) {
                    value = static_cast<std::uint8_t>(x * 255 / std::max(width - 1, 1));
                } else if (channel == 3 && x < width / 2) {
                    value = 255;
                }
                image.rgba.push_back(value);
            }
        }
    }
    return image;
}

TEST(PrepareImage, EqualsTheRecipe) {
    std::ifstream file(std::string(HEARTH_TEST_DATA_DIR) + "/media/pictures.u8", std::ios::binary);
    const std::vector<char> expected((std::istreambuf_iterator<char>(file)),
                                     std::istreambuf_iterator<char>());
    const std::vector<std::pair<int, int>> sizes{{1, 1},     {3, 200},   {127, 128},
                                                 {128, 128}, {64, 64},   {129, 40},
                                                 {300, 200}, {257, 511}, {1000, 7}};
    constexpr std::size_t kValues = 128 * 128 * 3;
    ASSERT_EQ(expected.size(), sizes.size() * kValues);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
        const auto [width, height] = sizes[i];
        const auto prepared = prepareImage(inventedPicture(width, height));
        ASSERT_TRUE(prepared.has_value());
        ASSERT_EQ(prepared->pixels.size(), kValues);
        int worst = 0;
        std::size_t different = 0;
        for (std::size_t k = 0; k < kValues; ++k) {
            const int wanted = static_cast<unsigned char>(expected[i * kValues + k]);
            const float level = (prepared->pixels[k] + 1.0F) * 127.5F;
            const int got = static_cast<int>(level + 0.5F);
            ASSERT_NEAR(level, static_cast<float>(got), 1e-4F);
            worst = std::max(worst, std::abs(got - wanted));
            different += got != wanted ? 1 : 0;
        }
        // Versions of OpenCV round the last bit of its fixed-point interpolation differently.
        EXPECT_LE(worst, 1) << width << " x " << height;
        EXPECT_LE(different, kValues / 20) << width << " x " << height;
    }
}

TEST(PrepareImage, CentresOnWhite) {
    Image image;
    image.width = 200;
    image.height = 100;
    image.rgba.assign(200U * 100U * 4U, 0);
    for (std::size_t i = 3; i < image.rgba.size(); i += 4) {
        image.rgba[i] = 255;
    }
    const auto prepared = prepareImage(image);
    ASSERT_TRUE(prepared.has_value());
    EXPECT_EQ(prepared->contentWidth, 128);
    EXPECT_EQ(prepared->contentHeight, 64);
    const ImageView view = prepared->view();
    EXPECT_EQ(view.width, 128);
    EXPECT_EQ(view.height, 128);
    const auto at = [&view](int x, int y) { return view.pixels[(y * 128 + x) * 3]; };
    EXPECT_EQ(at(64, 31), 1.0F);
    EXPECT_EQ(at(64, 32), -1.0F);
    EXPECT_EQ(at(64, 95), -1.0F);
    EXPECT_EQ(at(64, 96), 1.0F);
}

TEST(PrepareImage, TransparencyBecomesWhite) {
    Image image;
    image.width = 1;
    image.height = 2;
    image.rgba = {0, 0, 0, 0, 255, 0, 0, 128};
    const auto prepared = prepareImage(image);
    ASSERT_TRUE(prepared.has_value());
    EXPECT_EQ(prepared->contentWidth, 64);
    EXPECT_EQ(prepared->contentHeight, 128);
    const float* first = prepared->pixels.data() + 64 * 3;
    EXPECT_EQ(first[1], 1.0F);
    const float* last = prepared->pixels.data() + (127 * 128 + 64) * 3;
    EXPECT_EQ(last[0], 1.0F);
    EXPECT_NEAR(last[1], 127.0F / 127.5F - 1.0F, 1e-6F);
}

TEST(PrepareImage, RefusesImpossibleSizes) {
    Image image;
    EXPECT_FALSE(prepareImage(image).has_value());
    image.width = 2;
    image.height = 2;
    image.rgba.resize(15);
    const auto prepared = prepareImage(image);
    ASSERT_FALSE(prepared.has_value());
    EXPECT_EQ(prepared.error().code(), ErrorCode::InvalidArgument);
    image.rgba.resize(16);
    EXPECT_TRUE(prepareImage(image).has_value());
    image.width = -2;
    EXPECT_FALSE(prepareImage(image).has_value());
}

}  // namespace
}  // namespace hearth::media
