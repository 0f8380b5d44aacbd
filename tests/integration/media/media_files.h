#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Makes small media files of every kind that hearth-decoder reads, for tests.
namespace hearth::media::testing {

using Bytes = std::string;

/// A picture whose four corner pixels differ: 8 or 16 bits, 3 or 4 channels, RGB order.
struct TestPicture {
    int width = 6;
    int height = 4;
    int bits = 8;
    bool hasAlpha = false;

    /// Channel `channel` (0 red to 3 alpha) of a pixel, in `bits` bits.
    int value(int x, int y, int channel) const;
    /// The same in 8 bits.
    int byteValue(int x, int y, int channel) const;
};

/// `extension` is one that OpenCV encodes: ".png", ".jpg", ".webp", ".bmp"; lossless except ".jpg".
Bytes encodePicture(const TestPicture& picture, const std::string& extension);
/// An uncompressed TIFF, written by hand. `extraSample` 1: associated alpha, 2: unassociated.
Bytes encodeTiff(const TestPicture& picture, int orientation, int extraSample);
/// The file with an EXIF block that holds this orientation (PNG, JPEG or WebP).
Bytes withOrientation(const Bytes& file, const TestPicture& picture, int orientation);
/// A PNG whose header claims this size, with hardly any data.
Bytes hugePng(std::uint32_t width, std::uint32_t height);
/// A GIF of one colour with one transparent corner, 4 x 4, written by hand.
Bytes smallGif();

struct TestSound {
    int rateHz = 44100;
    int channels = 1;
    double seconds = 1.0;
    double hz = 440.0;
    std::string title = {};
    bool hasVideo = false;  ///< adds a moving picture of 64 x 48
};

/// A WAV of 16-bit samples, the same sine of amplitude 0.5 on every channel, written by hand.
Bytes encodeWav(const TestSound& sound);
/// The same sine through FFmpeg. `container` and `codec` are FFmpeg's names, f. e. "mp4", "aac".
/// Empty if this FFmpeg lacks the encoder.
Bytes encodeSound(const TestSound& sound, const std::string& container, const std::string& codec);

/// A PDF with one line of text per page; an empty string gives a page without text. Written by
/// hand.
Bytes makePdf(const std::vector<std::string>& pages, const std::string& title, bool isEncrypted);

/// A zip file with these entries.
Bytes makeZip(const std::map<std::string, std::string>& entries);
/// A DOCX with this body (children of w:body) and title.
Bytes makeDocx(const std::string& body, const std::string& title);

void writeFile(const std::filesystem::path& path, std::string_view bytes);

}  // namespace hearth::media::testing
