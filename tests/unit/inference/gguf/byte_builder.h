#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/gguf/gguf_file.h"

namespace hearth {

/// Puts a GGUF file together byte by byte, right or wrong.
class ByteBuilder {
public:
    template <class T>
    ByteBuilder& add(T value) {
        const auto* data = reinterpret_cast<const std::byte*>(&value);
        m_bytes.insert(m_bytes.end(), data, data + sizeof(value));
        return *this;
    }
    ByteBuilder& text(std::string_view value) {
        add(static_cast<std::uint64_t>(value.size()));
        const auto data = std::as_bytes(std::span(value));
        m_bytes.insert(m_bytes.end(), data.begin(), data.end());
        return *this;
    }
    ByteBuilder& header(std::uint64_t numTensors, std::uint64_t numEntries,
                        std::uint32_t version = 3) {
        return add(std::uint32_t{0x46554747}).add(version).add(numTensors).add(numEntries);
    }
    /// A key and its type; the value follows.
    ByteBuilder& key(std::string_view name, GgufValueType type) {
        return text(name).add(static_cast<std::uint32_t>(type));
    }
    /// The start of an array's value.
    ByteBuilder& array(GgufValueType elementType, std::uint64_t count) {
        return add(static_cast<std::uint32_t>(elementType)).add(count);
    }
    ByteBuilder& tensor(std::string_view name, std::initializer_list<std::uint64_t> dims,
                        std::uint32_t typeId, std::uint64_t offset) {
        text(name).add(static_cast<std::uint32_t>(dims.size()));
        for (const std::uint64_t dim : dims) {
            add(dim);
        }
        return add(typeId).add(offset);
    }
    /// Zeros up to a multiple of `alignment`, then `count` bytes of `value`.
    ByteBuilder& data(std::size_t count, unsigned char value = 0, std::size_t alignment = 32) {
        m_bytes.resize((m_bytes.size() + alignment - 1) / alignment * alignment);
        m_bytes.insert(m_bytes.end(), count, std::byte{value});
        return *this;
    }

    std::span<const std::byte> bytes() const { return m_bytes; }

    Result<std::unique_ptr<GgufFile>> parse() const {
        return GgufFile::parse(m_bytes, "test.gguf");
    }

private:
    std::vector<std::byte> m_bytes;
};

}  // namespace hearth
