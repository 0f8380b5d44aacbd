#include <cstdlib>
#include <string>

#include "tests/integration/media/decoder_fixture.h"

namespace hearth::media::testing {
namespace {

/// Where EXIF 2.3 puts the stored pixel (x, y) of a picture, in words of its rows and columns.
struct Shown {
    int x;
    int y;
};

Shown shownAt(int x, int y, int width, int height, int orientation) {
    switch (orientation) {
        case 2:
            return {width - 1 - x, y};
        case 3:
            return {width - 1 - x, height - 1 - y};
        case 4:
            return {x, height - 1 - y};
        case 5:
            return {y, x};
        case 6:
            return {height - 1 - y, x};
        case 7:
            return {height - 1 - y, width - 1 - x};
        case 8:
            return {y, width - 1 - x};
        default:
            return {x, y};
    }
}

void expectPicture(const Image& image, const TestPicture& expected, int orientation,
                   int tolerance) {
    const bool isTurned = orientation >= 5;
    ASSERT_EQ(image.width, isTurned ? expected.height : expected.width);
    ASSERT_EQ(image.height, isTurned ? expected.width : expected.height);
    EXPECT_EQ(image.originalWidth, expected.width);
    EXPECT_EQ(image.originalHeight, expected.height);
    EXPECT_EQ(image.orientation, orientation);
    EXPECT_EQ(image.hasTransparency, expected.hasAlpha);
    for (int y = 0; y < expected.height; ++y) {
        for (int x = 0; x < expected.width; ++x) {
            const Shown at = shownAt(x, y, expected.width, expected.height, orientation);
            for (int c = 0; c < 4; ++c) {
                const int got =
                    image.rgba[static_cast<std::size_t>((at.y * image.width + at.x) * 4 + c)];
                const int wanted = c == 3 && !expected.hasAlpha ? 255 : expected.byteValue(x, y, c);
                ASSERT_LE(std::abs(got - wanted), tolerance)
                    << "pixel " << x << "," << y << " channel " << c << ": " << got << " for "
                    << wanted;
            }
        }
    }
}

using DecodePicture = DecoderTest;

TEST_F(DecodePicture, EveryFormatDepthAlphaAndOrientation) {
    struct Case {
        std::string extension;
        std::string format;
        int bits;
        bool hasAlpha;
        int tolerance;
    };
    // All but JPEG (at quality 100) are exact.
    const std::vector<Case> cases{{".png", "PNG", 8, false, 0},   {".png", "PNG", 8, true, 0},
                                  {".png", "PNG", 16, false, 0},  {".png", "PNG", 16, true, 0},
                                  {".jpg", "JPEG", 8, false, 12}, {".webp", "WebP", 8, false, 0},
                                  {".webp", "WebP", 8, true, 0}};
    for (const Case& c : cases) {
        // Large enough that the halved colour resolution of JPEG keeps the slopes.
        const int scale = c.extension == ".jpg" ? 8 : 1;
        const TestPicture picture{
            .width = 6 * scale, .height = 4 * scale, .bits = c.bits, .hasAlpha = c.hasAlpha};
        const Bytes plain = encodePicture(picture, c.extension);
        for (int orientation = 1; orientation <= 8; ++orientation) {
            SCOPED_TRACE(c.format + " of " + std::to_string(c.bits) + " bits, alpha " +
                         std::to_string(c.hasAlpha) + ", orientation " +
                         std::to_string(orientation));
            const auto path =
                write("picture" + c.extension, withOrientation(plain, picture, orientation));
            const auto image = m_client->decodeImage(path);
            ASSERT_TRUE(image.has_value()) << image.error().message();
            EXPECT_EQ(image->format, c.format);
            EXPECT_EQ(image->bitsPerChannel, c.bits);
            expectPicture(*image, picture, orientation, c.tolerance);
        }
    }
}

TEST_F(DecodePicture, TiffOfEveryOrientationDepthAndKindOfAlpha) {
    for (const int bits : {8, 16}) {
        for (const int extraSample : {0, 1, 2}) {
            for (int orientation = 1; orientation <= 8; ++orientation) {
                const TestPicture picture{
                    .width = 6, .height = 4, .bits = bits, .hasAlpha = extraSample != 0};
                SCOPED_TRACE(std::to_string(bits) + " bits, extra sample " +
                             std::to_string(extraSample) + ", orientation " +
                             std::to_string(orientation));
                const auto path =
                    write("picture.tif", encodeTiff(picture, orientation, extraSample));
                const auto image = m_client->decodeImage(path);
                ASSERT_TRUE(image.has_value()) << image.error().message();
                EXPECT_EQ(image->bitsPerChannel, bits);
                // 8-bit colours under little alpha lose steps when they are multiplied by it.
                const int tolerance = extraSample == 0 || bits == 16 ? 1 : 10;
                expectPicture(*image, picture, orientation, tolerance);
            }
        }
    }
}

TEST_F(DecodePicture, Bitmap) {
    const TestPicture picture;
    const auto image = m_client->decodeImage(write("p.bmp", encodePicture(picture, ".bmp")));
    ASSERT_TRUE(image.has_value()) << image.error().message();
    EXPECT_EQ(image->format, "BMP");
    expectPicture(*image, picture, 1, 0);
}

TEST_F(DecodePicture, FirstFrameOfGif) {
    const auto image = m_client->decodeImage(write("p.gif", smallGif()));
    ASSERT_TRUE(image.has_value()) << image.error().message();
    EXPECT_EQ(image->format, "GIF");
    ASSERT_EQ(image->width, 4);
    ASSERT_EQ(image->height, 4);
    EXPECT_EQ(image->rgba[3], 0) << "the first pixel is transparent";
    for (std::size_t i = 1; i < 16; ++i) {
        EXPECT_EQ(image->rgba[4 * i], 255) << i;
        EXPECT_EQ(image->rgba[4 * i + 1], 128) << i;
        EXPECT_EQ(image->rgba[4 * i + 2], 16) << i;
        EXPECT_EQ(image->rgba[4 * i + 3], 255) << i;
    }
}

TEST_F(DecodePicture, ContentDecidesNotTheName) {
    const auto path = write("really-a-png.mp3", encodePicture({}, ".png"));
    const auto probe = m_client->probe(path);
    ASSERT_TRUE(probe.has_value());
    EXPECT_EQ(probe->kind, MediaKind::Picture);
    EXPECT_EQ(probe->format, "PNG");
    EXPECT_TRUE(m_client->decodeImage(path).has_value());
    expectError(m_client->decodeAudio(path), path, ErrorCode::Unsupported, "PNG");
    expectError(m_client->decodeDocument(path), path, ErrorCode::Unsupported, "PNG");
}

TEST_F(DecodePicture, RefusesBombsBeforeDecodingThem) {
    const auto path = write("bomb.png", hugePng(50'000, 50'000));
    expectError(m_client->decodeImage(path), path, ErrorCode::Unsupported, "50000 x 50000");
    const auto worse = write("worse.png", hugePng(0x7FFFFFFF, 0x7FFFFFFF));
    expectError(m_client->decodeImage(worse), worse, ErrorCode::Unsupported, "the limit");
    const auto small = write("small.png", encodePicture({}, ".png"));
    expectError(m_client->decodeImage(small, {.maxPixels = 23}), small, ErrorCode::Unsupported,
                "the limit is 23");
    EXPECT_TRUE(m_client->decodeImage(small, {.maxPixels = 24}).has_value());
}

TEST_F(DecodePicture, TruncatedAnywhereIsAnError) {
    const TestPicture picture{.width = 64, .height = 48};
    for (const std::string extension : {".png", ".jpg", ".webp", ".bmp"}) {
        const Bytes whole = encodePicture(picture, extension);
        for (const double part : {0.02, 0.1, 0.35, 0.6, 0.9, 0.99}) {
            const auto bytes = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
            SCOPED_TRACE(extension + " cut to " + std::to_string(bytes));
            const auto path =
                write("cut" + extension, whole.substr(0, std::max<std::size_t>(bytes, 1)));
            const auto image = m_client->decodeImage(path);
            ASSERT_FALSE(image.has_value());
            EXPECT_NE(image.error().message().find(path.string()), std::string::npos);
        }
    }
    const Bytes gif = smallGif();
    const Bytes tiff = encodeTiff(picture, 1, 0);
    for (const std::size_t cut : {std::size_t{20}, std::size_t{36}}) {
        const auto path = write("cut.gif", gif.substr(0, cut));
        expectError(m_client->decodeImage(path), path, ErrorCode::CorruptData, "ends before");
    }
    for (const std::size_t cut : {std::size_t{9}, std::size_t{60}, tiff.size() - 1}) {
        const auto path = write("cut.tif", tiff.substr(0, cut));
        expectError(m_client->decodeImage(path), path, ErrorCode::CorruptData, "ends before");
    }
}

TEST_F(DecodePicture, DamagedBytesNeverCrashTheClient) {
    for (const std::string extension : {".png", ".jpg", ".webp"}) {
        Bytes file = encodePicture({.width = 32, .height = 24}, extension);
        for (std::size_t at = 12; at < file.size(); at += file.size() / 8 + 1) {
            Bytes damaged = file;
            damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
            const auto path = write("damaged" + extension, damaged);
            const auto image = m_client->decodeImage(path);
            if (!image) {
                EXPECT_NE(image.error().message().find(path.string()), std::string::npos);
            }
        }
    }
}

}  // namespace
}  // namespace hearth::media::testing
