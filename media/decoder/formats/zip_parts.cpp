#include "media/decoder/formats/zip_parts.h"

#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstddef>
#include <memory>

namespace hearth::media {
namespace {

/// A word processor's file has tens of entries, one with many pictures some hundreds.
constexpr int kMaxEntries = 20'000;

using ArchivePtr = std::unique_ptr<archive, decltype(&archive_read_free)>;

Status zipError(archive* zip) {
    const char* text = archive_error_string(zip);
    return {ErrorCode::CorruptData,
            std::string("the zip file is damaged: ") + (text != nullptr ? text : "unknown reason")};
}

/// Appends what is left of the current entry to `out`, at most `room` bytes.
Status unpackEntry(archive* zip, std::uint64_t room, std::uint64_t limit, std::string& out) {
    std::array<char, std::size_t{64} * 1024> block{};
    for (;;) {
        const la_ssize_t got = archive_read_data(zip, block.data(), block.size());
        if (got == 0) {
            return {};
        }
        if (got == ARCHIVE_RETRY) {
            continue;
        }
        if (got < 0) {
            return zipError(zip);
        }
        if (static_cast<std::uint64_t>(got) > room - out.size()) {
            return {ErrorCode::Unsupported, "its contents unpack to more than " +
                                                std::to_string(limit) +
                                                " bytes, which is the limit"};
        }
        out.append(block.data(), static_cast<std::size_t>(got));
    }
}

}  // namespace

Result<std::map<std::string, std::string>> unpackZipParts(
    std::span<const std::byte> file, std::uint64_t maxBytes,
    const std::function<bool(std::string_view name)>& isWanted) {
    const ArchivePtr zip(archive_read_new(), &archive_read_free);
    if (!zip || archive_read_support_format_zip_seekable(zip.get()) != ARCHIVE_OK ||
        archive_read_open_memory(zip.get(), file.data(), file.size()) != ARCHIVE_OK) {
        return zip ? zipError(zip.get())
                   : Status(ErrorCode::OutOfMemory, "not enough memory for the zip file");
    }
    std::map<std::string, std::string> parts;
    std::uint64_t room = maxBytes;
    for (int numEntries = 0;; ++numEntries) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(zip.get(), &entry);
        if (status == ARCHIVE_EOF) {
            return parts;
        }
        if (status < ARCHIVE_WARN) {
            return zipError(zip.get());
        }
        if (numEntries == kMaxEntries) {
            return Status(ErrorCode::Unsupported,
                          "the zip file has more than " + std::to_string(kMaxEntries) + " entries");
        }
        const char* name = archive_entry_pathname_utf8(entry);
        if (name == nullptr || !isWanted(name) || parts.contains(name)) {
            continue;
        }
        if (archive_entry_is_data_encrypted(entry) != 0) {
            return Status(ErrorCode::Unsupported, "the zip file is encrypted");
        }
        std::string& part = parts[name];
        HEARTH_RETURN_IF_ERROR(unpackEntry(zip.get(), room, maxBytes, part));
        room -= part.size();
    }
}

}  // namespace hearth::media
