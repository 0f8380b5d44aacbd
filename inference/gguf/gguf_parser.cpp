#include "inference/gguf/gguf_parser.h"

#include "inference/gguf/gguf_limits.h"
#include "inference/gguf/printable.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

namespace hearth {
namespace {

static_assert(std::endian::native == std::endian::little, "GGUF is read as it lies in memory");

// Shortest possible records: an empty key or name, its type, and one byte of value or no dims.
constexpr std::uint64_t kMinEntryBytes = 8 + 4 + 1;
constexpr std::uint64_t kMinTensorBytes = 8 + 4 + 4 + 8;
// No writer nests arrays at all; the bound keeps a hostile file from exhausting the stack.
constexpr int kMaxArrayDepth = 4;
constexpr std::uint64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();

Status corrupt(std::string message) {
    return {ErrorCode::CorruptData, std::move(message)};
}

/// For what a file that was cut off shows first.
Status cutOff(std::string message) {
    return corrupt(std::move(message) + gguf::kCutOffHint);
}

/// a * b, or nothing where the product is 2^63 or more.
std::optional<std::uint64_t> product(std::uint64_t a, std::uint64_t b) noexcept {
    if (a != 0 && b > kMaxInt64 / a) {
        return std::nullopt;
    }
    return a * b;
}

}  // namespace

template <class T>
Status GgufFile::Parser::read(T& value, std::string_view what) {
    if (bytesLeft() < sizeof(T)) {
        return cutOff("the file ends inside " + std::string(what) + " at byte " +
                      std::to_string(m_position));
    }
    std::memcpy(&value, m_bytes.data() + m_position, sizeof(T));
    m_position += sizeof(T);
    return {};
}

Status GgufFile::Parser::skip(std::uint64_t numBytes, std::string_view what) {
    if (numBytes > bytesLeft()) {
        return cutOff(std::string(what) + " at byte " + std::to_string(m_position) + " needs " +
                      std::to_string(numBytes) + " bytes, the file has " +
                      std::to_string(bytesLeft()) + " left");
    }
    m_position += static_cast<std::size_t>(numBytes);
    return {};
}

Status GgufFile::Parser::readString(std::string_view& text, std::uint64_t maxBytes,
                                    std::string_view what) {
    std::uint64_t length = 0;
    HEARTH_RETURN_IF_ERROR(read(length, what));
    if (length > maxBytes) {
        return corrupt(std::string(what) + " at byte " + std::to_string(m_position) + " has " +
                       std::to_string(length) + " bytes, at most " + std::to_string(maxBytes) +
                       " are allowed");
    }
    const std::size_t start = m_position;
    HEARTH_RETURN_IF_ERROR(skip(length, what));
    text = {reinterpret_cast<const char*>(m_bytes.data()) + start,
            static_cast<std::size_t>(length)};
    return {};
}

Status GgufFile::Parser::skipElements(GgufValueType type, std::uint64_t count, int depth) {
    if (const std::size_t width = ggufValueBytes(type); width != 0) {
        const auto numBytes = product(count, width);
        if (!numBytes) {
            return corrupt("an array of " + std::to_string(count) + " elements overflows");
        }
        return skip(*numBytes, "an array");
    }
    // Each string or array takes at least its length, so the loop is bounded by the file.
    if (count > bytesLeft() / sizeof(std::uint64_t)) {
        return cutOff("an array at byte " + std::to_string(m_position) + " claims " +
                      std::to_string(count) + " elements, more than the file can hold");
    }
    if (type == GgufValueType::String) {
        for (std::uint64_t i = 0; i < count; ++i) {
            std::string_view text;
            HEARTH_RETURN_IF_ERROR(readString(text, kMaxInt64, "a string"));
        }
        return {};
    }
    if (depth >= kMaxArrayDepth) {
        return corrupt("arrays are nested more than " + std::to_string(kMaxArrayDepth) + " deep");
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        std::uint32_t rawType = 0;
        std::uint64_t innerCount = 0;
        HEARTH_RETURN_IF_ERROR(read(rawType, "an array"));
        HEARTH_RETURN_IF_ERROR(read(innerCount, "an array"));
        const auto innerType = ggufValueTypeFromDisk(rawType);
        if (!innerType) {
            return corrupt("an array has elements of the undefined type " +
                           std::to_string(rawType));
        }
        HEARTH_RETURN_IF_ERROR(skipElements(*innerType, innerCount, depth + 1));
    }
    return {};
}

Status GgufFile::Parser::readHeader() {
    std::uint32_t magic = 0;
    HEARTH_RETURN_IF_ERROR(read(magic, "the magic bytes"));
    if (magic != gguf::kMagic) {
        return corrupt("this is no GGUF file: it does not start with \"GGUF\"");
    }
    HEARTH_RETURN_IF_ERROR(read(m_file.m_version, "the version"));
    if ((m_file.m_version & 0xffffU) == 0 && m_file.m_version != 0) {
        return {ErrorCode::Unsupported, "the file is big-endian; convert it to little-endian"};
    }
    if (m_file.m_version != 2 && m_file.m_version != 3) {
        return {ErrorCode::Unsupported, "GGUF version " + std::to_string(m_file.m_version) +
                                            " is not supported (2 and 3 are)"};
    }
    HEARTH_RETURN_IF_ERROR(read(m_numTensors, "the number of tensors"));
    HEARTH_RETURN_IF_ERROR(read(m_numEntries, "the number of keys"));
    if (m_numTensors > gguf::kMaxTensors || m_numTensors > bytesLeft() / kMinTensorBytes) {
        return cutOff("the file claims " + std::to_string(m_numTensors) +
                      " tensors, more than it can hold");
    }
    if (m_numEntries > gguf::kMaxEntries || m_numEntries > bytesLeft() / kMinEntryBytes) {
        return cutOff("the file claims " + std::to_string(m_numEntries) +
                      " keys, more than it can hold");
    }
    return {};
}

Status GgufFile::Parser::readEntry() {
    GgufEntry entry;
    HEARTH_RETURN_IF_ERROR(readString(entry.key, gguf::kMaxKeyBytes, "a key"));
    if (entry.key.empty()) {
        return corrupt("a key is empty");
    }
    std::uint32_t rawType = 0;
    HEARTH_RETURN_IF_ERROR(read(rawType, "the type of a key"));
    const auto type = ggufValueTypeFromDisk(rawType);
    if (!type) {
        return corrupt("it has the undefined type " + std::to_string(rawType))
            .withContext("key \"" + printableName(entry.key) + "\"");
    }
    entry.type = *type;
    entry.elementType = *type;
    const auto readValue = [&]() -> Status {
        if (entry.type == GgufValueType::String) {
            std::string_view text;
            HEARTH_RETURN_IF_ERROR(readString(text, kMaxInt64, "a string"));
            entry.bytes = std::as_bytes(std::span(text));
            return {};
        }
        if (entry.type == GgufValueType::Array) {
            HEARTH_RETURN_IF_ERROR(read(rawType, "an array"));
            HEARTH_RETURN_IF_ERROR(read(entry.count, "an array"));
            const auto elementType = ggufValueTypeFromDisk(rawType);
            if (!elementType) {
                return corrupt("an array has elements of the undefined type " +
                               std::to_string(rawType));
            }
            entry.elementType = *elementType;
        }
        const std::size_t start = m_position;
        HEARTH_RETURN_IF_ERROR(skipElements(entry.elementType, entry.count, 1));
        entry.bytes = m_bytes.subspan(start, m_position - start);
        return {};
    };
    Status status = readValue();
    if (!status.isOk()) {
        return std::move(status).withContext("key \"" + printableName(entry.key) + "\"");
    }
    m_file.m_entries.push_back(entry);
    return {};
}

Status GgufFile::Parser::readTensor() {
    GgufTensor tensor;
    HEARTH_RETURN_IF_ERROR(readString(tensor.name, gguf::kMaxTensorNameBytes, "a tensor's name"));
    const auto readRest = [&]() -> Status {
        if (tensor.name.empty()) {
            return corrupt("its name is empty");
        }
        std::uint32_t numDims = 0;
        HEARTH_RETURN_IF_ERROR(read(numDims, "the number of dimensions"));
        if (numDims > tensor.dims.size()) {
            return corrupt("it has " + std::to_string(numDims) + " dimensions, at most " +
                           std::to_string(tensor.dims.size()) + " are allowed");
        }
        tensor.numDims = std::max(1, static_cast<int>(numDims));
        std::uint64_t numElements = 1;
        for (std::uint32_t i = 0; i < numDims; ++i) {
            HEARTH_RETURN_IF_ERROR(read(tensor.dims[i], "a dimension"));
            const auto next = product(numElements, tensor.dims[i]);
            if (tensor.dims[i] == 0 || !next) {
                return corrupt("dimension " + std::to_string(i) + " is " +
                               std::to_string(tensor.dims[i]) +
                               (next ? "" : ", and the number of elements overflows"));
            }
            numElements = *next;
        }
        HEARTH_RETURN_IF_ERROR(read(tensor.typeId, "the type of a tensor"));
        tensor.dtype = dtypeFromDisk(tensor.typeId);
        std::uint64_t offset = 0;
        HEARTH_RETURN_IF_ERROR(read(offset, "the offset of a tensor"));
        std::uint64_t numBytes = 0;
        if (const GgufTensorType* type = ggufTensorType(tensor.typeId); type != nullptr) {
            if (tensor.dims[0] % type->blockElements != 0) {
                return corrupt("a row of " + std::to_string(tensor.dims[0]) +
                               " elements is no multiple of the " +
                               std::to_string(type->blockElements) + " of a block of " +
                               std::string(type->name));
            }
            const auto size = product(numElements / type->blockElements, type->blockBytes);
            if (!size) {
                return corrupt("its size in bytes overflows");
            }
            numBytes = *size;
        }
        m_tensorOffsets.push_back(offset);
        m_tensorBytes.push_back(numBytes);
        return {};
    };
    Status status = readRest();
    if (!status.isOk()) {
        return std::move(status).withContext("tensor \"" + printableName(tensor.name) + "\"");
    }
    m_file.m_tensors.push_back(tensor);
    return {};
}

Status GgufFile::Parser::indexEntries() {
    const auto& entries = m_file.m_entries;
    auto& order = m_file.m_entryOrder;
    order.resize(entries.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return entries[a].key < entries[b].key; });
    const auto twin = std::adjacent_find(
        order.begin(), order.end(),
        [&](std::uint32_t a, std::uint32_t b) { return entries[a].key == entries[b].key; });
    if (twin != order.end()) {
        return corrupt("the key \"" + printableName(entries[*twin].key) + "\" appears twice");
    }
    return {};
}

Status GgufFile::Parser::indexTensors() {
    const auto& tensors = m_file.m_tensors;
    auto& order = m_file.m_tensorOrder;
    order.resize(tensors.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return tensors[a].name < tensors[b].name; });
    const auto twin = std::adjacent_find(
        order.begin(), order.end(),
        [&](std::uint32_t a, std::uint32_t b) { return tensors[a].name == tensors[b].name; });
    if (twin != order.end()) {
        return corrupt("the tensor \"" + printableName(tensors[*twin].name) + "\" appears twice");
    }
    return {};
}

Status GgufFile::Parser::readAlignment() {
    const GgufEntry* entry = m_file.find("general.alignment");
    if (entry == nullptr) {
        return {};
    }
    if (entry->type != GgufValueType::U32) {
        return corrupt("key \"general.alignment\" is " +
                       std::string(ggufValueTypeName(entry->type)) + ", u32 was expected");
    }
    std::uint32_t value = 0;
    std::memcpy(&value, entry->bytes.data(), sizeof(value));
    // The format asks for a multiple of 8; it also keeps every element type aligned.
    if (!std::has_single_bit(value) || value < gguf::kMinAlignment || value > gguf::kMaxAlignment) {
        return corrupt("key \"general.alignment\" is " + std::to_string(value) +
                       ", a power of two from 8 to " + std::to_string(gguf::kMaxAlignment) +
                       " was expected");
    }
    m_file.m_alignment = value;
    return {};
}

Status GgufFile::Parser::placeTensors() {
    const std::uint64_t alignment = m_file.m_alignment;
    const std::uint64_t start = (m_position + alignment - 1) / alignment * alignment;
    const std::uint64_t available = m_bytes.size() > start ? m_bytes.size() - start : 0;
    auto& tensors = m_file.m_tensors;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const std::uint64_t offset = m_tensorOffsets[i];
        if (offset % alignment != 0) {
            return corrupt("tensor \"" + printableName(tensors[i].name) + "\" starts at " +
                           std::to_string(offset) + ", which is not aligned to " +
                           std::to_string(alignment));
        }
        if (offset > available || m_tensorBytes[i] > available - offset) {
            return cutOff("tensor \"" + printableName(tensors[i].name) + "\" needs " +
                          std::to_string(m_tensorBytes[i]) + " bytes from " +
                          std::to_string(offset) + " of the data, the file has " +
                          std::to_string(available));
        }
        if (m_tensorBytes[i] != 0) {
            tensors[i].data = m_bytes.subspan(static_cast<std::size_t>(start + offset),
                                              static_cast<std::size_t>(m_tensorBytes[i]));
        }
    }
    std::vector<std::uint32_t> order(tensors.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return m_tensorOffsets[a] < m_tensorOffsets[b];
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
        const std::uint32_t before = order[i - 1];
        const std::uint32_t next = order[i];
        // A type of unknown size takes at least a byte, so equal offsets are an overlap too.
        const std::uint64_t end =
            m_tensorOffsets[before] + std::max<std::uint64_t>(m_tensorBytes[before], 1);
        if (m_tensorOffsets[next] < end) {
            return corrupt("the tensors \"" + printableName(tensors[before].name) + "\" and \"" +
                           printableName(tensors[next].name) + "\" overlap");
        }
    }
    return {};
}

Status GgufFile::Parser::run() {
    HEARTH_RETURN_IF_ERROR(readHeader());
    for (std::uint64_t i = 0; i < m_numEntries; ++i) {
        HEARTH_RETURN_IF_ERROR(readEntry());
    }
    HEARTH_RETURN_IF_ERROR(indexEntries());
    HEARTH_RETURN_IF_ERROR(readAlignment());
    for (std::uint64_t i = 0; i < m_numTensors; ++i) {
        HEARTH_RETURN_IF_ERROR(readTensor());
    }
    HEARTH_RETURN_IF_ERROR(indexTensors());
    return placeTensors();
}

}  // namespace hearth
