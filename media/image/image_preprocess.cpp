#include "media/image/image_preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>

namespace hearth::media {
namespace {

/// Straight-alpha RGBA laid over white. In f32 with the result rounded to even, as the training
/// recipe does it: another order of operations moves a few values by one.
cv::Mat overWhite(const Image& image) {
    cv::Mat rgb(image.height, image.width, CV_8UC3);
    const std::uint8_t* in = image.rgba.data();
    for (int y = 0; y < image.height; ++y) {
        std::uint8_t* out = rgb.ptr<std::uint8_t>(y);
        for (int x = 0; x < image.width; ++x, in += 4, out += 3) {
            if (in[3] == 255) {
                std::copy_n(in, 3, out);
                continue;
            }
            const float alpha = static_cast<float>(in[3]) / 255.0F;
            const float white = 255.0F * (1.0F - alpha);
            for (int channel = 0; channel < 3; ++channel) {
                const float value = static_cast<float>(in[channel]) * alpha + white;
                out[channel] = static_cast<std::uint8_t>(std::lrintf(value));
            }
        }
    }
    return rgb;
}

int fittedSide(int side, double scale) {
    return std::clamp(static_cast<int>(std::lround(side * scale)), 1, kModelImageSize);
}

PreparedImage prepare(const Image& image) {
    cv::Mat rgb = overWhite(image);
    const double scale = static_cast<double>(kModelImageSize) / std::max(image.width, image.height);
    PreparedImage prepared;
    prepared.contentWidth = fittedSide(image.width, scale);
    prepared.contentHeight = fittedSide(image.height, scale);
    const cv::Size size(prepared.contentWidth, prepared.contentHeight);
    if (rgb.size() != size) {
        cv::Mat resized;
        cv::resize(rgb, resized, size, 0, 0, scale < 1.0 ? cv::INTER_AREA : cv::INTER_LINEAR);
        rgb = resized;
    }

    constexpr std::size_t kSide = kModelImageSize;
    prepared.pixels.assign(kSide * kSide * 3, 1.0F);
    const int top = (kModelImageSize - size.height) / 2;
    const int left = (kModelImageSize - size.width) / 2;
    for (int y = 0; y < size.height; ++y) {
        const std::uint8_t* in = rgb.ptr<std::uint8_t>(y);
        const std::size_t pixel =
            static_cast<std::size_t>(top + y) * kSide + static_cast<std::size_t>(left);
        float* out = prepared.pixels.data() + pixel * 3;
        std::transform(in, in + std::ptrdiff_t{3} * size.width, out, [](std::uint8_t value) {
            return static_cast<float>(value) / 127.5F - 1.0F;
        });
    }
    return prepared;
}

}  // namespace

Result<PreparedImage> prepareImage(const Image& image) {
    if (image.width <= 0 || image.height <= 0 ||
        image.rgba.size() / 4 / static_cast<std::size_t>(image.width) !=
            static_cast<std::size_t>(image.height) ||
        image.rgba.size() % (4 * static_cast<std::size_t>(image.width)) != 0) {
        return Status(ErrorCode::InvalidArgument, "a picture of " + std::to_string(image.width) +
                                                      " x " + std::to_string(image.height) +
                                                      " pixels cannot have " +
                                                      std::to_string(image.rgba.size()) + " bytes");
    }
    constexpr const char* kAdvice = "use a smaller picture or close other programs";
    try {
        return prepare(image);
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      std::string("not enough memory to scale the picture; ") + kAdvice);
    } catch (const cv::Exception& error) {
        const bool isMemory = error.code == cv::Error::StsNoMem;
        return Status(isMemory ? ErrorCode::OutOfMemory : ErrorCode::Internal,
                      "cannot scale the picture: " + error.err)
            .withAdvice(ErrorCode::OutOfMemory, kAdvice);
    }
}

}  // namespace hearth::media
