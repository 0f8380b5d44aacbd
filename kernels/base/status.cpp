#include "kernels/base/status.h"

namespace hearth {

std::string_view errorCodeName(ErrorCode code) noexcept {
    switch (code) {
        case ErrorCode::Cancelled:
            return "cancelled";
        case ErrorCode::InvalidArgument:
            return "invalid argument";
        case ErrorCode::NotFound:
            return "not found";
        case ErrorCode::CorruptData:
            return "corrupt data";
        case ErrorCode::Unsupported:
            return "unsupported";
        case ErrorCode::OutOfMemory:
            return "out of memory";
        case ErrorCode::Busy:
            return "busy";
        case ErrorCode::Io:
            return "input/output error";
        case ErrorCode::Device:
            return "device error";
        case ErrorCode::Internal:
            return "internal error";
    }
    return "unknown error";
}

Status::Status(ErrorCode code, std::string message)
    : m_error(std::make_unique<Error>(Error{code, std::move(message)})) {}

Status::Status(const Status& other)
    : m_error(other.m_error ? std::make_unique<Error>(*other.m_error) : nullptr) {}

Status& Status::operator=(const Status& other) {
    if (this != &other) {
        m_error = other.m_error ? std::make_unique<Error>(*other.m_error) : nullptr;
    }
    return *this;
}

ErrorCode Status::code() const noexcept {
    HEARTH_CHECK(m_error != nullptr);
    return m_error->code;
}

const std::string& Status::message() const& noexcept {
    static const std::string empty;
    return m_error ? m_error->message : empty;
}

std::string Status::message() && {
    return m_error ? std::move(m_error->message) : std::string();
}

Status Status::withContext(std::string_view context) && {
    if (m_error) {
        m_error->message.insert(0, std::string(context) + ": ");
    }
    return std::move(*this);
}

Status Status::withAdvice(ErrorCode code, std::string_view advice) && {
    if (m_error && m_error->code == code) {
        m_error->message.append("; ").append(advice);
    }
    return std::move(*this);
}

}  // namespace hearth
