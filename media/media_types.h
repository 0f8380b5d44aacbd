#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace hearth::media {

/// What a file holds, judged by its content; the extension plays no part.
enum class MediaKind : std::uint8_t { Unknown, Picture, Sound, Video, Document };

/// English name of a kind: "picture", "sound", "video", "document", "unknown".
const char* mediaKindName(MediaKind kind) noexcept;

/// The answer to "what is this file".
struct MediaProbe {
    MediaKind kind = MediaKind::Unknown;
    std::string format;  ///< f. e. "PNG", "MP3", "PDF", "text"; empty when unknown
};

/// A decoded picture: 8 bits a channel, upright. Plain data, owns its pixels.
struct Image {
    std::vector<std::uint8_t> rgba;  ///< [height, width, 4], rows contiguous, straight alpha
    int width = 0;                   ///< after the orientation has been applied
    int height = 0;
    int originalWidth = 0;  ///< as stored in the file, before the orientation
    int originalHeight = 0;
    int orientation = 1;           ///< EXIF tag of the file, 1 to 8; already applied to `rgba`
    int bitsPerChannel = 8;        ///< of the file: 8 or 16
    bool hasTransparency = false;  ///< some pixel is not opaque
    std::string format;            ///< f. e. "JPEG"
};

/// Decoded sound, or the sound of a video: mono f32 in about [-1, 1]. Owns its samples.
struct Audio {
    std::vector<float> samples;
    int sampleRateHz = 16000;      ///< of `samples`; always 16,000
    int originalSampleRateHz = 0;  ///< of the file
    int originalChannels = 0;
    std::chrono::microseconds duration{0};  ///< of `samples`
    std::string title;                      ///< UTF-8; empty if the file names none
    std::string format;                     ///< f. e. "MP3", "MP4"
    bool hasVideo = false;
    /// English sentence when the file is damaged or ends early and `samples` is what could be read;
    /// empty when all of it was.
    std::string warning;
};

/// The text of a document. Owns it.
struct Document {
    std::vector<std::string> pages;  ///< UTF-8 without NUL, '\n' line ends
    /// Whether `pages` are the file's own. False for formats without pages: the text has then been
    /// cut at paragraph ends into pieces of about 3,000 characters.
    bool hasOwnPages = false;
    std::vector<int> pagesWithoutText;  ///< page numbers from 1, ascending (scanned or blank pages)
    std::string title;                  ///< UTF-8; empty if the file names none
    std::string format;                 ///< f. e. "PDF", "DOCX", "HTML", "Markdown", "text"
    std::string encoding;               ///< of the file's text, f. e. "UTF-8", "GB18030"
    /// English sentence when something of the document could not be read; empty when all was.
    std::string warning;
};

}  // namespace hearth::media
