#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_file.h"
#include "kernels/base/status.h"

namespace hearth {

/// Walks the bytes of a file once, trusting nothing, and fills a GgufFile. Internal to GgufFile.
class GgufFile::Parser {
public:
    explicit Parser(GgufFile& file) noexcept : m_file(file), m_bytes(file.m_bytes) {}

    /// Checks the whole file. Errors do not name it; the caller does.
    Status run();

private:
    template <class T>
    Status read(T& value, std::string_view what);
    Status readString(std::string_view& text, std::uint64_t maxBytes, std::string_view what);
    Status skip(std::uint64_t numBytes, std::string_view what);
    Status skipElements(GgufValueType type, std::uint64_t count, int depth);
    Status readHeader();
    Status readEntry();
    Status readTensor();
    Status readAlignment();
    Status indexEntries();
    Status indexTensors();
    Status placeTensors();

    std::uint64_t bytesLeft() const noexcept { return m_bytes.size() - m_position; }

    GgufFile& m_file;
    std::span<const std::byte> m_bytes;
    std::size_t m_position = 0;
    std::uint64_t m_numEntries = 0;
    std::uint64_t m_numTensors = 0;
    std::vector<std::uint64_t> m_tensorOffsets;  // from the start of the data section
    std::vector<std::uint64_t> m_tensorBytes;    // 0 where the type is unknown
};

}  // namespace hearth
