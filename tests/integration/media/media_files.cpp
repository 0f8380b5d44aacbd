#include "tests/integration/media/media_files.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numbers>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

namespace hearth::media::testing {
namespace {

void require(bool condition, const char* what) {
    if (!condition) {
        throw std::runtime_error(std::string("cannot make a test file: ") + what);
    }
}

/// Numbers of `bytes` bytes, big- or little-endian.
Bytes number(std::uint64_t value, int bytes, bool isBigEndian) {
    Bytes out;
    for (int i = 0; i < bytes; ++i) {
        const int shift = 8 * (isBigEndian ? bytes - 1 - i : i);
        out.push_back(static_cast<char>((value >> static_cast<unsigned>(shift)) & 0xFFU));
    }
    return out;
}

Bytes be(std::uint64_t value, int bytes) {
    return number(value, bytes, true);
}

Bytes le(std::uint64_t value, int bytes) {
    return number(value, bytes, false);
}

std::uint32_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xFFFFFFFFU;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
        }
    }
    return ~crc;
}

Bytes pngChunk(const Bytes& typeAndData) {
    return be(typeAndData.size() - 4, 4) + typeAndData + be(crc32(typeAndData), 4);
}

/// An EXIF block with the orientation alone.
Bytes exifBlock(int orientation) {
    return Bytes("MM\0*", 4) + be(8, 4) + be(1, 2) + be(0x0112, 2) + be(3, 2) + be(1, 4) +
           be(static_cast<std::uint64_t>(orientation), 2) + be(0, 2) + be(0, 4);
}

}  // namespace

int TestPicture::value(int x, int y, int channel) const {
    const int most = bits == 16 ? 65535 : 255;
    if (channel == 3) {
        return hasAlpha ? most * (1 + x + 2 * y) / (width + 2 * height) : most;
    }
    // Smooth, so that JPEG keeps it, and different in every corner.
    const double part = channel == 0   ? static_cast<double>(x) / std::max(width - 1, 1)
                        : channel == 1 ? static_cast<double>(y) / std::max(height - 1, 1)
                                       : 0.25;
    return static_cast<int>(std::lround(part * most));
}

int TestPicture::byteValue(int x, int y, int channel) const {
    const int full = value(x, y, channel);
    return bits == 16 ? static_cast<int>(std::lround(full / 257.0)) : full;
}

Bytes encodePicture(const TestPicture& picture, const std::string& extension) {
    const int channels = picture.hasAlpha ? 4 : 3;
    cv::Mat mat(picture.height, picture.width,
                CV_MAKETYPE(picture.bits == 16 ? CV_16U : CV_8U, channels));
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            for (int c = 0; c < channels; ++c) {
                const int stored = c == 3 ? 3 : 2 - c;  // BGR
                const int value = picture.value(x, y, stored);
                if (picture.bits == 16) {
                    mat.ptr<std::uint16_t>(y)[x * channels + c] = static_cast<std::uint16_t>(value);
                } else {
                    mat.ptr<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(value);
                }
            }
        }
    }
    std::vector<std::uint8_t> file;
    // WebP above 100 is lossless.
    require(cv::imencode(extension, mat, file,
                         {cv::IMWRITE_WEBP_QUALITY, 101, cv::IMWRITE_JPEG_QUALITY, 100}),
            extension.c_str());
    return {file.begin(), file.end()};
}

Bytes encodeTiff(const TestPicture& picture, int orientation, int extraSample) {
    const std::uint64_t channels = picture.hasAlpha ? 4 : 3;
    const int sampleBytes = picture.bits / 8;
    Bytes pixels;
    for (int y = 0; y < picture.height; ++y) {
        for (int x = 0; x < picture.width; ++x) {
            for (std::uint64_t c = 0; c < channels; ++c) {
                double value = picture.value(x, y, static_cast<int>(c));
                if (extraSample == 1 && c < 3) {
                    value *= picture.value(x, y, 3) / (picture.bits == 16 ? 65535.0 : 255.0);
                }
                pixels += le(static_cast<std::uint64_t>(std::lround(value)), sampleBytes);
            }
        }
    }
    struct Entry {
        int tag;
        int type;
        std::uint64_t count;
        std::uint64_t value;
    };
    std::vector<Entry> entries{
        {256, 3, 1, static_cast<std::uint64_t>(picture.width)},
        {257, 3, 1, static_cast<std::uint64_t>(picture.height)},
        {258, 3, channels, 0},
        {259, 3, 1, 1},
        {262, 3, 1, 2},
        {273, 4, 1, 0},
        {274, 3, 1, static_cast<std::uint64_t>(orientation)},
        {277, 3, 1, channels},
        {278, 3, 1, static_cast<std::uint64_t>(picture.height)},
        {279, 4, 1, pixels.size()},
    };
    if (picture.hasAlpha) {
        entries.push_back({338, 3, 1, static_cast<std::uint64_t>(extraSample)});
    }
    const std::uint64_t bitsOffset = 8 + 2 + entries.size() * 12 + 4;
    const std::uint64_t pixelOffset = bitsOffset + channels * 2;
    Bytes file = Bytes("II*\0", 4) + le(8, 4) + le(entries.size(), 2);
    for (const Entry& entry : entries) {
        const std::uint64_t value = entry.tag == 258   ? bitsOffset
                                    : entry.tag == 273 ? pixelOffset
                                                       : entry.value;
        file += le(static_cast<std::uint64_t>(entry.tag), 2) +
                le(static_cast<std::uint64_t>(entry.type), 2) + le(entry.count, 4) + le(value, 4);
    }
    file += le(0, 4);
    for (std::uint64_t c = 0; c < channels; ++c) {
        file += le(static_cast<std::uint64_t>(picture.bits), 2);
    }
    return file + pixels;
}

Bytes withOrientation(const Bytes& file, const TestPicture& picture, int orientation) {
    const Bytes exif = exifBlock(orientation);
    if (file.starts_with("\x89PNG")) {
        return file.substr(0, 33) + pngChunk("eXIf" + exif) + file.substr(33);
    }
    if (file.starts_with("\xFF\xD8")) {
        const Bytes payload = Bytes("Exif\0\0", 6) + exif;
        return file.substr(0, 2) + "\xFF\xE1" + be(payload.size() + 2, 2) + payload +
               file.substr(2);
    }
    require(file.substr(8, 4) == "WEBP", "only PNG, JPEG and WebP take an EXIF block");
    const std::uint64_t flags = 0x08U | (picture.hasAlpha ? 0x10U : 0U);
    const Bytes extended = "VP8X" + le(10, 4) + le(flags, 4) +
                           le(static_cast<std::uint64_t>(picture.width) - 1, 3) +
                           le(static_cast<std::uint64_t>(picture.height) - 1, 3);
    const Bytes body = "WEBP" + extended + file.substr(12) + "EXIF" + le(exif.size(), 4) + exif;
    return "RIFF" + le(body.size(), 4) + body;
}

Bytes hugePng(std::uint32_t width, std::uint32_t height) {
    const Bytes header = "IHDR" + be(width, 4) + be(height, 4) + Bytes("\x08\x06\0\0\0", 5);
    return Bytes("\x89PNG\r\n\x1a\n") + pngChunk(header) +
           pngChunk(Bytes("IDAT\x78\x9C\x63\0\0\0\x01\0\x01", 13)) + pngChunk("IEND");
}

Bytes smallGif() {
    // Two colours, 4 x 4, colour 0 transparent. LZW with 3-bit codes: clear, 0, then 1s, end.
    Bytes file =
        "GIF89a" + le(4, 2) + le(4, 2) + Bytes("\x80\0\0", 3) + Bytes("\0\0\0\xFF\x80\x10", 6);
    file += Bytes("\x21\xF9\x04\x01\0\0\0\0", 8);
    file += "," + le(0, 2) + le(0, 2) + le(4, 2) + le(4, 2) + Bytes("\0", 1) + "\x02";
    // A clear code before every second pixel keeps the codes at 3 bits.
    std::vector<unsigned> codes;
    for (int i = 0; i < 16; ++i) {
        if (i % 2 == 0) {
            codes.push_back(4);
        }
        codes.push_back(i == 0 ? 0 : 1);
    }
    codes.push_back(5);
    Bytes data;
    unsigned bits = 0;
    unsigned numBits = 0;
    for (const unsigned code : codes) {
        bits |= code << numBits;
        numBits += 3;
        while (numBits >= 8) {
            data.push_back(static_cast<char>(bits & 0xFFU));
            bits >>= 8U;
            numBits -= 8;
        }
    }
    data.push_back(static_cast<char>(bits & 0xFFU));
    return file + le(data.size(), 1) + data + Bytes("\0;", 2);
}

Bytes encodeWav(const TestSound& sound) {
    const auto channels = static_cast<std::uint64_t>(sound.channels);
    const auto rate = static_cast<std::uint64_t>(sound.rateHz);
    const auto count = static_cast<std::uint64_t>(sound.seconds * sound.rateHz);
    Bytes data;
    for (std::uint64_t i = 0; i < count; ++i) {
        const double phase =
            2.0 * std::numbers::pi * sound.hz * static_cast<double>(i) / sound.rateHz;
        const auto sample = static_cast<std::int16_t>(std::lround(16384.0 * std::sin(phase)));
        for (std::uint64_t c = 0; c < channels; ++c) {
            data += le(static_cast<std::uint16_t>(sample), 2);
        }
    }
    const Bytes format = "fmt " + le(16, 4) + le(1, 2) + le(channels, 2) + le(rate, 4) +
                         le(rate * channels * 2, 4) + le(channels * 2, 2) + le(16, 2);
    Bytes info;
    if (!sound.title.empty()) {
        Bytes title = sound.title + Bytes("\0", 1);
        title += title.size() % 2 != 0 ? Bytes("\0", 1) : Bytes();
        const Bytes list = "INFOINAM" + le(title.size(), 4) + title;
        info = "LIST" + le(list.size(), 4) + list;
    }
    const Bytes body = "WAVE" + format + info + "data" + le(data.size(), 4) + data;
    return "RIFF" + le(body.size(), 4) + body;
}

Bytes makePdf(const std::vector<std::string>& pages, const std::string& title, bool isEncrypted) {
    std::vector<Bytes> objects;
    const std::size_t numPages = pages.size();
    Bytes kids;
    for (std::size_t i = 0; i < numPages; ++i) {
        kids += std::to_string(4 + 2 * i) + " 0 R ";
    }
    objects.emplace_back("<< /Type /Catalog /Pages 2 0 R >>");
    objects.push_back("<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(numPages) +
                      " >>");
    objects.emplace_back("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
    for (std::size_t i = 0; i < numPages; ++i) {
        objects.push_back("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents " +
                          std::to_string(5 + 2 * i) +
                          " 0 R /Resources << /Font << /F1 3 0 R >> >> >>");
        const Bytes stream =
            pages[i].empty() ? Bytes("0 0 m") : "BT /F1 24 Tf 72 700 Td (" + pages[i] + ") Tj ET";
        objects.push_back("<< /Length " + std::to_string(stream.size()) + " >>\nstream\n" + stream +
                          "\nendstream");
    }
    objects.push_back("<< /Title (" + title + ") >>");
    const std::size_t info = objects.size();
    Bytes extra;
    if (isEncrypted) {
        // No password fits these made-up keys.
        const Bytes key(64, 'A');
        objects.push_back("<< /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <" + key + "> /U <" +
                          key + "> >>");
        extra = " /Encrypt " + std::to_string(objects.size()) +
                " 0 R /ID [<00112233445566778899AABBCCDDEEFF> <00112233445566778899AABBCCDDEEFF>]";
    }
    Bytes file = "%PDF-1.4\n";
    Bytes table;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        std::array<char, 32> row{};
        std::snprintf(row.data(), row.size(), "%010zu 00000 n \n", file.size());
        table += row.data();
        file += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const std::size_t xref = file.size();
    file += "xref\n0 " + std::to_string(objects.size() + 1) + "\n0000000000 65535 f \n" + table;
    file += "trailer\n<< /Size " + std::to_string(objects.size() + 1) + " /Root 1 0 R /Info " +
            std::to_string(info) + " 0 R" + extra + " >>\nstartxref\n" + std::to_string(xref) +
            "\n%%EOF\n";
    return file;
}

Bytes makeZip(const std::map<std::string, std::string>& entries) {
    Bytes file(1024, '\0');
    for (const auto& [name, content] : entries) {
        file.resize(file.size() + name.size() * 2 + content.size() + content.size() / 100 + 1024);
    }
    archive* zip = archive_write_new();
    std::size_t used = 0;
    require(archive_write_set_format_zip(zip) == ARCHIVE_OK &&
                archive_write_open_memory(zip, file.data(), file.size(), &used) == ARCHIVE_OK,
            "zip");
    for (const auto& [name, content] : entries) {
        archive_entry* entry = archive_entry_new();
        archive_entry_set_pathname(entry, name.c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        require(archive_write_header(zip, entry) == ARCHIVE_OK, "zip entry");
        require(archive_write_data(zip, content.data(), content.size()) ==
                    static_cast<la_ssize_t>(content.size()),
                "zip data");
        archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
    file.resize(used);
    return file;
}

Bytes makeDocx(const std::string& body, const std::string& title) {
    const std::string xml = R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>)";
    const std::string w =
        R"(xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main")";
    return makeZip({
        {"word/document.xml",
         xml + "<w:document " + w + "><w:body>" + body + "</w:body></w:document>"},
        {"word/styles.xml",
         xml + "<w:styles " + w +
             R"(><w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style></w:styles>)"},
        {"docProps/core.xml",
         xml +
             R"(<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>)" +
             title + "</dc:title></cp:coreProperties>"},
    });
}

void writeFile(const std::filesystem::path& path, std::string_view bytes) {
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    require(file.good(), path.c_str());
}

}  // namespace hearth::media::testing
