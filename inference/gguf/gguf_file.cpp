#include "inference/gguf/gguf_file.h"

#include "inference/gguf/gguf_limits.h"
#include "inference/gguf/gguf_parser.h"
#include "inference/gguf/printable.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

namespace hearth {
namespace {

template <class T>
T load(const std::byte* data) noexcept {
    T value;
    std::memcpy(&value, data, sizeof(value));
    return value;
}

bool isInteger(GgufValueType type) noexcept {
    switch (type) {
        case GgufValueType::U8:
        case GgufValueType::I8:
        case GgufValueType::U16:
        case GgufValueType::I16:
        case GgufValueType::U32:
        case GgufValueType::I32:
        case GgufValueType::U64:
        case GgufValueType::I64:
            return true;
        default:
            return false;
    }
}

/// The value of an integer or Bool; a u64 of 2^63 or more turns negative.
std::int64_t loadInteger(GgufValueType type, const std::byte* data) noexcept {
    switch (type) {
        case GgufValueType::U8:
            return load<std::uint8_t>(data);
        case GgufValueType::I8:
            return load<std::int8_t>(data);
        case GgufValueType::U16:
            return load<std::uint16_t>(data);
        case GgufValueType::I16:
            return load<std::int16_t>(data);
        case GgufValueType::U32:
            return load<std::uint32_t>(data);
        case GgufValueType::I32:
            return load<std::int32_t>(data);
        case GgufValueType::Bool:
            return load<std::uint8_t>(data) != 0 ? 1 : 0;
        default:
            return load<std::int64_t>(data);
    }
}

std::string describeType(const GgufEntry& entry) {
    if (entry.type != GgufValueType::Array) {
        return std::string(ggufValueTypeName(entry.type));
    }
    return "array of " + std::string(ggufValueTypeName(entry.elementType));
}

}  // namespace

GgufIntArray::GgufIntArray(GgufValueType type, std::span<const std::byte> bytes) noexcept
    : m_data(bytes.data()), m_size(bytes.size() / ggufValueBytes(type)), m_type(type) {}

std::int64_t GgufIntArray::operator[](std::size_t index) const noexcept {
    return loadInteger(m_type, m_data + index * ggufValueBytes(m_type));
}

GgufFile::GgufFile(std::span<const std::byte> bytes, std::string name)
    : m_bytes(bytes), m_name(std::move(name)) {}

GgufFile::~GgufFile() = default;

Result<std::unique_ptr<GgufFile>> GgufFile::open(const std::filesystem::path& path) {
    Result<std::unique_ptr<MappedFile>> opened = MappedFile::open(path);
    if (!opened.has_value()) {
        Status status = std::move(opened).error().withAdvice(
            ErrorCode::OutOfMemory, "use a smaller model file or close other programs");
        if (status.code() == ErrorCode::InvalidArgument) {
            // The file is empty.
            return Status(status.code(), status.message() + gguf::kCutOffHint);
        }
        return status;
    }
    std::unique_ptr<MappedFile> map = std::move(opened).value();
    HEARTH_ASSIGN_OR_RETURN(std::unique_ptr<GgufFile> file, parse(map->bytes(), path.string()));
    file->m_map = std::move(map);
    return file;
}

Result<std::unique_ptr<GgufFile>> GgufFile::parse(std::span<const std::byte> bytes,
                                                  std::string_view name) {
    try {
        auto file = std::unique_ptr<GgufFile>(new GgufFile(bytes, std::string(name)));
        Status status = Parser(*file).run();
        if (!status.isOk()) {
            return std::move(status).withContext(name);
        }
        return file;
    } catch (const std::bad_alloc&) {
        return Status(ErrorCode::OutOfMemory,
                      "not enough memory to list the model file; use a smaller "
                      "one or close other programs");
    }
}

const GgufEntry* GgufFile::find(std::string_view key) const noexcept {
    const auto found =
        std::lower_bound(m_entryOrder.begin(), m_entryOrder.end(), key,
                         [&](std::uint32_t i, std::string_view k) { return m_entries[i].key < k; });
    if (found == m_entryOrder.end() || m_entries[*found].key != key) {
        return nullptr;
    }
    return &m_entries[*found];
}

const GgufTensor* GgufFile::findTensor(std::string_view name) const noexcept {
    const auto found = std::lower_bound(
        m_tensorOrder.begin(), m_tensorOrder.end(), name,
        [&](std::uint32_t i, std::string_view k) { return m_tensors[i].name < k; });
    if (found == m_tensorOrder.end() || m_tensors[*found].name != name) {
        return nullptr;
    }
    return &m_tensors[*found];
}

Status GgufFile::missing(std::string_view key, std::string_view expected) const {
    return {ErrorCode::NotFound, m_name + ": key \"" + printableName(key) +
                                     "\" is missing, a value of type " + std::string(expected) +
                                     " was expected"};
}

Status GgufFile::wrongType(const GgufEntry& entry, std::string_view expected) const {
    return {ErrorCode::CorruptData, m_name + ": key \"" + printableName(entry.key) + "\" is " +
                                        describeType(entry) + ", " + std::string(expected) +
                                        " was expected"};
}

Result<std::int64_t> GgufFile::integer(std::string_view key, std::string_view expected,
                                       std::int64_t low, std::int64_t high) const {
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, expected);
    }
    if (!isInteger(entry->type)) {
        return wrongType(*entry, expected);
    }
    const std::int64_t value = loadInteger(entry->type, entry->bytes.data());
    const bool isHuge = entry->type == GgufValueType::U64 && value < 0;
    if (isHuge || value < low || value > high) {
        const std::string text = isHuge ? std::to_string(load<std::uint64_t>(entry->bytes.data()))
                                        : std::to_string(value);
        return Status(ErrorCode::CorruptData, m_name + ": key \"" + printableName(key) + "\" is " +
                                                  describeType(*entry) + " " + text +
                                                  ", which does not fit the expected " +
                                                  std::string(expected));
    }
    return value;
}

Result<bool> GgufFile::getBool(std::string_view key) const {
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, "bool");
    }
    if (entry->type != GgufValueType::Bool) {
        return wrongType(*entry, "bool");
    }
    return loadInteger(entry->type, entry->bytes.data()) != 0;
}

Result<std::int32_t> GgufFile::getI32(std::string_view key) const {
    using Limits = std::numeric_limits<std::int32_t>;
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t value,
                            integer(key, "i32", Limits::min(), Limits::max()));
    return static_cast<std::int32_t>(value);
}

Result<std::uint32_t> GgufFile::getU32(std::string_view key) const {
    using Limits = std::numeric_limits<std::uint32_t>;
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t value, integer(key, "u32", 0, Limits::max()));
    return static_cast<std::uint32_t>(value);
}

Result<std::int64_t> GgufFile::getI64(std::string_view key) const {
    using Limits = std::numeric_limits<std::int64_t>;
    return integer(key, "i64", Limits::min(), Limits::max());
}

Result<std::uint64_t> GgufFile::getU64(std::string_view key) const {
    const GgufEntry* entry = find(key);
    if (entry != nullptr && entry->type == GgufValueType::U64) {
        return load<std::uint64_t>(entry->bytes.data());
    }
    HEARTH_ASSIGN_OR_RETURN(const std::int64_t value,
                            integer(key, "u64", 0, std::numeric_limits<std::int64_t>::max()));
    return static_cast<std::uint64_t>(value);
}

Result<float> GgufFile::getF32(std::string_view key) const {
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, "f32");
    }
    if (entry->type == GgufValueType::F32) {
        return load<float>(entry->bytes.data());
    }
    if (entry->type == GgufValueType::F64) {
        const double value = load<double>(entry->bytes.data());
        // Casting a finite double that float cannot hold is undefined.
        if (value > std::numeric_limits<float>::max() ||
            value < std::numeric_limits<float>::lowest()) {
            return Status(ErrorCode::CorruptData,
                          m_name + ": key \"" + printableName(key) +
                              "\" is f64 and does not fit the expected f32");
        }
        return static_cast<float>(value);
    }
    return wrongType(*entry, "f32");
}

Result<std::string_view> GgufFile::getString(std::string_view key) const {
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, "string");
    }
    if (entry->type != GgufValueType::String) {
        return wrongType(*entry, "string");
    }
    return std::string_view(reinterpret_cast<const char*>(entry->bytes.data()),
                            entry->bytes.size());
}

Result<GgufIntArray> GgufFile::getInts(std::string_view key) const {
    constexpr std::string_view kExpected = "array of integers";
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, kExpected);
    }
    if (entry->type != GgufValueType::Array ||
        (!isInteger(entry->elementType) && entry->elementType != GgufValueType::Bool)) {
        return wrongType(*entry, kExpected);
    }
    const GgufIntArray values(entry->elementType, entry->bytes);
    if (entry->elementType == GgufValueType::U64) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (values[i] < 0) {
                return Status(ErrorCode::CorruptData, m_name + ": key \"" + printableName(key) +
                                                          "\" is array of u64 and " + "element " +
                                                          std::to_string(i) +
                                                          " does not fit the expected i64");
            }
        }
    }
    return values;
}

Result<GgufFloatArray> GgufFile::getFloats(std::string_view key) const {
    constexpr std::string_view kExpected = "array of f32";
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, kExpected);
    }
    if (entry->type != GgufValueType::Array || entry->elementType != GgufValueType::F32) {
        return wrongType(*entry, kExpected);
    }
    return GgufFloatArray(entry->bytes);
}

Result<GgufStringArray> GgufFile::getStrings(std::string_view key) const {
    constexpr std::string_view kExpected = "array of string";
    const GgufEntry* entry = find(key);
    if (entry == nullptr) {
        return missing(key, kExpected);
    }
    if (entry->type != GgufValueType::Array || entry->elementType != GgufValueType::String) {
        return wrongType(*entry, kExpected);
    }
    return GgufStringArray(entry->bytes.data(), static_cast<std::size_t>(entry->count));
}

Result<bool> GgufFile::getBoolOr(std::string_view key, bool fallback) const {
    return contains(key) ? getBool(key) : Result<bool>(fallback);
}

Result<std::int32_t> GgufFile::getI32Or(std::string_view key, std::int32_t fallback) const {
    return contains(key) ? getI32(key) : Result<std::int32_t>(fallback);
}

Result<std::uint32_t> GgufFile::getU32Or(std::string_view key, std::uint32_t fallback) const {
    return contains(key) ? getU32(key) : Result<std::uint32_t>(fallback);
}

Result<float> GgufFile::getF32Or(std::string_view key, float fallback) const {
    return contains(key) ? getF32(key) : Result<float>(fallback);
}

Result<std::string_view> GgufFile::getStringOr(std::string_view key,
                                               std::string_view fallback) const {
    return contains(key) ? getString(key) : Result<std::string_view>(fallback);
}

Result<const GgufTensor*> GgufFile::tensor(std::string_view name) const {
    const GgufTensor* found = findTensor(name);
    if (found == nullptr) {
        return Status(ErrorCode::NotFound,
                      m_name + ": tensor \"" + printableName(name) + "\" is missing");
    }
    return found;
}

}  // namespace hearth
