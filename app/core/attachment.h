#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace hearth::app {

enum class AttachmentKind : std::uint8_t { Picture, Recording, Document };

/// A passage of a document that was given to the model.
struct PassageReport {
    int pageNumber = 0;         ///< from 1
    std::size_t beginByte = 0;  ///< offsets into the page's text
    std::size_t endByte = 0;
};

/// What the model really got of an attached file. Only the fields of its kind are set.
struct AttachmentReport {
    std::filesystem::path path;
    AttachmentKind kind = AttachmentKind::Document;

    int width = 0;  ///< picture: of the file, after orientation, in pixels
    int height = 0;
    int modelWidth = 0;  ///< picture: what the model saw of it
    int modelHeight = 0;
    double seconds = 0;  ///< recording: its length
    int vectors = 0;     ///< picture, recording: vectors handed to the decoder

    int pages = 0;                        ///< document
    std::size_t characters = 0;           ///< document: bytes of UTF-8 text in it
    int tokens = 0;                       ///< document: tokens given to the model
    bool isWhole = false;                 ///< document: all of it was given
    std::vector<PassageReport> passages;  ///< document: what was given, if not all

    /// English sentence about what of a recording or document could not be read; empty if all was.
    std::string warning;
};

/// "1,024 × 768 px, 80 vectors", "0:42, 1,050 vectors", "412 pages, 4 passages, 702 tokens": for
/// people, in English.
std::string describe(const AttachmentReport& report);

}  // namespace hearth::app
