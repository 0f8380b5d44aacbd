// Decodes the input as the main part of a DOCX: the zip around it is made here, so that mutations
// reach the XML.

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "media/decoder/formats/document.h"
#include "media/decoder/utf8.h"

using namespace hearth::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::byte> file(size + 1024);
    std::size_t used = 0;
    archive* zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_zip_set_compression_store(zip);
    archive_write_open_memory(zip, file.data(), file.size(), &used);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "word/document.xml");
    archive_entry_set_size(entry, static_cast<la_int64_t>(size));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(zip, entry);
    archive_write_data(zip, data, size);
    archive_entry_free(entry);
    archive_write_close(zip);
    archive_write_free(zip);

    protocol::Request request;
    request.maxPages = 100;
    request.maxTextBytes = 1'000'000;
    request.maxMemoryBytes = std::uint64_t{64} << 20U;
    const auto document = decodeDocx(std::span(file).first(used), JobContext(request, {}, nullptr));
    if (document) {
        for (const auto& page : document->pages) {
            if (!isCleanUtf8(page)) {
                __builtin_trap();
            }
        }
    }
    return 0;
}
