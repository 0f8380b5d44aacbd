#include "inference/gguf/gguf_writer.h"

#include "inference/gguf/atomic_file.h"
#include "inference/gguf/gguf_limits.h"
#include "inference/gguf/printable.h"

#include <bit>
#include <cstring>
#include <limits>
#include <utility>

namespace hearth {
namespace {

constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr std::uint64_t kMaxInt64 = std::numeric_limits<std::int64_t>::max();

Status invalid(std::string message) {
    return {ErrorCode::InvalidArgument, std::move(message)};
}

template <class T>
void append(std::vector<std::byte>& bytes, T value) {
    const auto* data = reinterpret_cast<const std::byte*>(&value);
    bytes.insert(bytes.end(), data, data + sizeof(value));
}

void append(std::vector<std::byte>& bytes, std::string_view text) {
    append(bytes, static_cast<std::uint64_t>(text.size()));
    const auto data = std::as_bytes(std::span(text));
    bytes.insert(bytes.end(), data.begin(), data.end());
}

std::uint64_t aligned(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// Bytes of a tensor, or why its shape is refused.
Result<std::uint64_t> tensorBytes(const GgufTensorType& type, std::span<const std::uint64_t> dims) {
    if (dims.empty() || dims.size() > 4) {
        return invalid("1 to 4 dimensions are allowed");
    }
    if (dims[0] % type.blockElements != 0) {
        return invalid("a row of " + std::to_string(dims[0]) + " elements is no multiple of the " +
                       std::to_string(type.blockElements) + " of a block of " +
                       std::string(type.name));
    }
    std::uint64_t numElements = 1;
    for (const std::uint64_t dim : dims) {
        // Half the range leaves room for the padding and for blocks larger than their elements.
        if (dim == 0 || dim > kMaxInt64 / 16 / numElements) {
            return invalid("a dimension is 0 or the tensor is too large");
        }
        numElements *= dim;
    }
    return numElements / type.blockElements * type.blockBytes;
}

}  // namespace

Status GgufWriter::beginEntry(std::string_view key, GgufValueType type) {
    if (key.empty() || key.size() > gguf::kMaxKeyBytes) {
        return invalid("a key has " + std::to_string(key.size()) + " bytes, 1 to " +
                       std::to_string(gguf::kMaxKeyBytes) + " are allowed");
    }
    if (!m_keys.emplace(key).second) {
        return invalid("the key \"" + printableName(key) + "\" was added twice");
    }
    append(m_entries, key);
    append(m_entries, static_cast<std::uint32_t>(type));
    ++m_numEntries;
    return {};
}

void GgufWriter::appendBytes(const void* data, std::size_t numBytes) {
    const auto* bytes = static_cast<const std::byte*>(data);
    m_entries.insert(m_entries.end(), bytes, bytes + numBytes);
}

template <class T>
Status GgufWriter::addScalar(std::string_view key, GgufValueType type, T value) {
    return addEntry({key, type, type, 1, std::as_bytes(std::span(&value, 1))});
}

template <class T>
Status GgufWriter::addArray(std::string_view key, GgufValueType type, std::span<const T> values) {
    return addEntry({key, GgufValueType::Array, type, values.size(), std::as_bytes(values)});
}

Status GgufWriter::addBool(std::string_view key, bool value) {
    return addScalar(key, GgufValueType::Bool, static_cast<std::uint8_t>(value ? 1 : 0));
}

Status GgufWriter::addU32(std::string_view key, std::uint32_t value) {
    return addScalar(key, GgufValueType::U32, value);
}

Status GgufWriter::addI32(std::string_view key, std::int32_t value) {
    return addScalar(key, GgufValueType::I32, value);
}

Status GgufWriter::addU64(std::string_view key, std::uint64_t value) {
    return addScalar(key, GgufValueType::U64, value);
}

Status GgufWriter::addF32(std::string_view key, float value) {
    return addScalar(key, GgufValueType::F32, value);
}

Status GgufWriter::addString(std::string_view key, std::string_view value) {
    return addEntry(
        {key, GgufValueType::String, GgufValueType::String, 1, std::as_bytes(std::span(value))});
}

Status GgufWriter::addInts(std::string_view key, std::span<const std::int32_t> values) {
    return addArray(key, GgufValueType::I32, values);
}

Status GgufWriter::addFloats(std::string_view key, std::span<const float> values) {
    return addArray(key, GgufValueType::F32, values);
}

Status GgufWriter::addStrings(std::string_view key, std::span<const std::string_view> values) {
    std::vector<std::byte> bytes;
    for (const std::string_view value : values) {
        append(bytes, value);
    }
    return addEntry({key, GgufValueType::Array, GgufValueType::String, values.size(), bytes});
}

Status GgufWriter::addEntry(const GgufEntry& entry) {
    std::uint32_t alignment = 0;
    if (entry.key == kAlignmentKey) {
        if (entry.type != GgufValueType::U32) {
            return invalid("general.alignment must be a u32");
        }
        std::memcpy(&alignment, entry.bytes.data(), sizeof(alignment));
        if (!std::has_single_bit(alignment) || alignment < gguf::kMinAlignment ||
            alignment > gguf::kMaxAlignment) {
            return invalid("general.alignment is " + std::to_string(alignment) +
                           ", a power of two from " + std::to_string(gguf::kMinAlignment) +
                           " was expected");
        }
    }
    HEARTH_RETURN_IF_ERROR(beginEntry(entry.key, entry.type));
    if (alignment != 0) {
        m_alignment = alignment;
    }
    if (entry.type == GgufValueType::String) {
        append(m_entries, static_cast<std::uint64_t>(entry.bytes.size()));
    } else if (entry.type == GgufValueType::Array) {
        append(m_entries, static_cast<std::uint32_t>(entry.elementType));
        append(m_entries, entry.count);
    }
    appendBytes(entry.bytes.data(), entry.bytes.size());
    return {};
}

Status GgufWriter::addTensor(std::string_view name, std::uint32_t typeId,
                             std::span<const std::uint64_t> dims, TensorSource source) {
    if (name.empty() || name.size() > gguf::kMaxTensorNameBytes) {
        return invalid("a tensor's name has " + std::to_string(name.size()) + " bytes, 1 to " +
                       std::to_string(gguf::kMaxTensorNameBytes) + " are allowed");
    }
    const GgufTensorType* type = ggufTensorType(typeId);
    if (type == nullptr) {
        return invalid("tensor \"" + printableName(name) + "\" has the unknown " +
                       ggufTensorTypeName(typeId));
    }
    auto numBytes = tensorBytes(*type, dims);
    if (!numBytes) {
        return std::move(numBytes).error().withContext("tensor \"" + printableName(name) + "\"");
    }
    if (!m_tensorNames.emplace(name).second) {
        return invalid("the tensor \"" + printableName(name) + "\" was added twice");
    }
    m_tensors.push_back(
        {std::string(name), typeId, {dims.begin(), dims.end()}, *numBytes, std::move(source)});
    return {};
}

Status GgufWriter::addTensor(std::string_view name, DType type, std::span<const std::uint64_t> dims,
                             std::span<const std::byte> data) {
    return addTensor(name, static_cast<std::uint32_t>(type), dims,
                     [data]() -> Result<std::span<const std::byte>> { return data; });
}

Status GgufWriter::write(const std::filesystem::path& path) const {
    std::vector<std::byte> head;
    append(head, gguf::kMagic);
    append(head, std::uint32_t{3});
    append(head, static_cast<std::uint64_t>(m_tensors.size()));
    append(head, m_numEntries);
    head.insert(head.end(), m_entries.begin(), m_entries.end());
    std::uint64_t offset = 0;
    for (const PlannedTensor& tensor : m_tensors) {
        append(head, std::string_view(tensor.name));
        append(head, static_cast<std::uint32_t>(tensor.dims.size()));
        for (const std::uint64_t dim : tensor.dims) {
            append(head, dim);
        }
        append(head, tensor.typeId);
        append(head, offset);
        offset = aligned(offset + tensor.numBytes, m_alignment);
    }
    head.resize(static_cast<std::size_t>(aligned(head.size(), m_alignment)));

    AtomicFile file(path);
    HEARTH_RETURN_IF_ERROR(file.open());
    HEARTH_RETURN_IF_ERROR(file.write(head));
    const std::vector<std::byte> padding(static_cast<std::size_t>(m_alignment));
    for (const PlannedTensor& tensor : m_tensors) {
        HEARTH_ASSIGN_OR_RETURN(const std::span<const std::byte> data, tensor.source());
        if (data.size() != tensor.numBytes) {
            return {ErrorCode::Internal, "tensor \"" + printableName(tensor.name) + "\" has " +
                                             std::to_string(data.size()) + " bytes, its shape " +
                                             std::to_string(tensor.numBytes)};
        }
        HEARTH_RETURN_IF_ERROR(file.write(data));
        const std::uint64_t end = aligned(tensor.numBytes, m_alignment);
        HEARTH_RETURN_IF_ERROR(
            file.write(std::span(padding).first(static_cast<std::size_t>(end - tensor.numBytes))));
    }
    return file.commit();
}

}  // namespace hearth
