#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "kernels/base/check.h"

namespace hearth {

/// What kind of expected failure happened. Callers branch on this, never on the text.
enum class ErrorCode : std::uint8_t {
    Cancelled,
    InvalidArgument,
    NotFound,
    CorruptData,
    Unsupported,
    OutOfMemory,
    Busy,
    Io,
    Device,
    Internal,
};

/// Short English name of a code, for logs and for `--json` output.
std::string_view errorCodeName(ErrorCode code) noexcept;

/// The outcome of an operation that can fail for reasons outside the program: success, or a code
/// with one English sentence that names what failed and what to do. Success allocates nothing.
/// Thread-compatible value type.
class [[nodiscard]] Status {
public:
    /// Success.
    Status() noexcept = default;
    Status(ErrorCode code, std::string message);

    Status(const Status& other);
    Status& operator=(const Status& other);
    Status(Status&&) noexcept = default;
    Status& operator=(Status&&) noexcept = default;
    ~Status() = default;

    bool isOk() const noexcept { return m_error == nullptr; }
    /// Requires a failed status.
    ErrorCode code() const noexcept;
    /// Empty for success.
    const std::string& message() const& noexcept;
    std::string message() &&;

    /// The same failure with "context: " put before its text; success stays success.
    Status withContext(std::string_view context) &&;
    /// The same failure with "; advice" put after its text, if it is of kind `code`; others stay as
    /// they are.
    Status withAdvice(ErrorCode code, std::string_view advice) &&;

private:
    struct Error {
        ErrorCode code;
        std::string message;
    };
    std::unique_ptr<Error> m_error;
};

/// A value of `T` or a failed `Status`; there is no third state. Member names follow
/// `std::expected`, so that a later toolchain can swap it in. A temporary hands out its content by
/// value, so that `for (x : f().value())` and references to it are safe.
template <class T>
class [[nodiscard]] Result {
public:
    // Not explicit, so that a function returns a value or its failure as it is.
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Status error) : m_state(std::in_place_index<1>, std::move(error)) {
        HEARTH_CHECK(!std::get<1>(m_state).isOk());
    }

    bool has_value() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & {
        HEARTH_CHECK(has_value());
        return std::get<0>(m_state);
    }
    const T& value() const& {
        HEARTH_CHECK(has_value());
        return std::get<0>(m_state);
    }
    T value() && {
        HEARTH_CHECK(has_value());
        return std::get<0>(std::move(m_state));
    }
    T value() const&& = delete;
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T operator*() && { return std::move(*this).value(); }
    T operator*() const&& = delete;
    T* operator->() & { return &value(); }
    const T* operator->() const& { return &value(); }
    T* operator->() && = delete;
    const T* operator->() const&& = delete;

    const Status& error() const& {
        HEARTH_CHECK(!has_value());
        return std::get<1>(m_state);
    }
    Status error() && {
        HEARTH_CHECK(!has_value());
        return std::get<1>(std::move(m_state));
    }
    Status error() const&& = delete;

private:
    std::variant<T, Status> m_state;
};

}  // namespace hearth

#define HEARTH_CONCAT_INNER(a, b) a##b
#define HEARTH_CONCAT(a, b) HEARTH_CONCAT_INNER(a, b)

/// Returns from the enclosing function when `expr`, a Status, has failed.
#define HEARTH_RETURN_IF_ERROR(expr)            \
    do {                                        \
        ::hearth::Status hearthStatus = (expr); \
        if (!hearthStatus.isOk()) {             \
            return hearthStatus;                \
        }                                       \
    } while (false)

/// `lhs = value of expr`, or returns its error. `lhs` may declare a variable.
#define HEARTH_ASSIGN_OR_RETURN(lhs, expr) \
    HEARTH_ASSIGN_OR_RETURN_IMPL(HEARTH_CONCAT(hearthResult, __LINE__), lhs, expr)
// Names that are declared here cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define HEARTH_ASSIGN_OR_RETURN_IMPL(result, lhs, expr) \
    auto result = (expr);                               \
    if (!result.has_value()) {                          \
        return std::move(result).error();               \
    }                                                   \
    lhs = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
