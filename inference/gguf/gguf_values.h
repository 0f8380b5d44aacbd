#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string_view>

#include "inference/gguf/gguf_types.h"

namespace hearth {

/// A view of an array of integers (or booleans, as 0 and 1) of any width, as stored in a file:
/// nothing is copied, elements need not be aligned. Must not outlive its GgufFile.
class GgufIntArray {
public:
    GgufIntArray() noexcept = default;
    /// `bytes` holds whole elements of `type`, an integer type or Bool; u64 values are below 2^63.
    GgufIntArray(GgufValueType type, std::span<const std::byte> bytes) noexcept;

    std::size_t size() const noexcept { return m_size; }
    /// Requires index < size().
    std::int64_t operator[](std::size_t index) const noexcept;

private:
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
    GgufValueType m_type = GgufValueType::U8;
};

/// A view of an array of f32 values as stored in a file; as GgufIntArray otherwise.
class GgufFloatArray {
public:
    GgufFloatArray() noexcept = default;
    /// `bytes` holds whole f32 values.
    explicit GgufFloatArray(std::span<const std::byte> bytes) noexcept
        : m_data(bytes.data()), m_size(bytes.size() / sizeof(float)) {}

    std::size_t size() const noexcept { return m_size; }
    /// Requires index < size().
    float operator[](std::size_t index) const noexcept {
        float value = 0;
        std::memcpy(&value, m_data + index * sizeof(float), sizeof(float));
        return value;
    }

private:
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

/// A view of an array of strings as stored in a file, one after the other, so it can only be walked
/// from the start. Strings are any bytes. Must not outlive its GgufFile.
class GgufStringArray {
public:
    class Iterator {
    public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = std::string_view;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::string_view*;
        using reference = std::string_view;

        Iterator() noexcept = default;
        Iterator(const std::byte* data, std::size_t index) noexcept
            : m_data(data), m_index(index) {}

        std::string_view operator*() const noexcept {
            return {reinterpret_cast<const char*>(m_data) + sizeof(std::uint64_t), length()};
        }
        Iterator& operator++() noexcept {
            m_data += sizeof(std::uint64_t) + length();
            ++m_index;
            return *this;
        }
        Iterator operator++(int) noexcept {
            Iterator before = *this;
            ++*this;
            return before;
        }
        bool operator==(const Iterator& other) const noexcept { return m_index == other.m_index; }

    private:
        std::size_t length() const noexcept {
            std::uint64_t value = 0;
            std::memcpy(&value, m_data, sizeof(value));
            return static_cast<std::size_t>(value);
        }

        const std::byte* m_data = nullptr;
        std::size_t m_index = 0;
    };

    GgufStringArray() noexcept = default;
    /// `data` holds `size` strings, each a u64 length and its bytes, already checked.
    GgufStringArray(const std::byte* data, std::size_t size) noexcept
        : m_data(data), m_size(size) {}

    std::size_t size() const noexcept { return m_size; }
    Iterator begin() const noexcept { return {m_data, 0}; }
    Iterator end() const noexcept { return {nullptr, m_size}; }

private:
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

}  // namespace hearth
