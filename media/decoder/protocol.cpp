#include "media/decoder/protocol.h"

#include <sys/socket.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include "media/decoder/utf8.h"

namespace hearth::media::protocol {
namespace {

static_assert(std::endian::native == std::endian::little, "messages are little-endian in memory");

constexpr std::uint32_t kMagic = 0x43444148;  // "HADC"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kMaxFds = 2;

/// Appends plain values and counted strings.
class Writer {
public:
    template <class T>
    void put(T value) {
        const std::size_t at = m_bytes.size();
        m_bytes.resize(at + sizeof(T));
        std::memcpy(m_bytes.data() + at, &value, sizeof(T));
    }
    void put(bool value) { put(static_cast<std::uint8_t>(value ? 1 : 0)); }
    void put(const std::string& text) {
        std::string_view kept(text);
        if (kept.size() > kMaxStringBytes) {
            std::size_t end = kMaxStringBytes;
            while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xC0U) == 0x80U) {
                --end;
            }
            kept = kept.substr(0, end);
        }
        put(static_cast<std::uint32_t>(kept.size()));
        const std::size_t at = m_bytes.size();
        m_bytes.resize(at + kept.size());
        if (!kept.empty()) {
            std::memcpy(m_bytes.data() + at, kept.data(), kept.size());
        }
    }
    std::vector<std::byte> take() { return std::move(m_bytes); }

private:
    std::vector<std::byte> m_bytes;
};

/// Takes values off the front of a packet. After the first value that does not fit, all are zero
/// and `isGood` is false.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) noexcept : m_rest(bytes) {}

    template <class T>
    void get(T& value) {
        value = {};
        if (!m_isGood || m_rest.size() < sizeof(T)) {
            m_isGood = false;
            return;
        }
        std::memcpy(&value, m_rest.data(), sizeof(T));
        m_rest = m_rest.subspan(sizeof(T));
    }
    void get(bool& value) {
        std::uint8_t byte = 0;
        get(byte);
        m_isGood = m_isGood && byte <= 1;
        value = byte == 1;
    }
    void get(std::string& text) {
        std::uint32_t length = 0;
        get(length);
        if (!m_isGood || length > kMaxStringBytes || length > m_rest.size()) {
            m_isGood = false;
            return;
        }
        text.resize(length);
        if (length > 0) {
            std::memcpy(text.data(), m_rest.data(), length);
        }
        m_rest = m_rest.subspan(length);
        m_isGood = isCleanUtf8(text);
    }
    /// An enumeration or small number with values up to `last`.
    template <class T>
    void getUpTo(T& value, T last) {
        std::uint8_t byte = 0;
        get(byte);
        m_isGood = m_isGood && byte <= static_cast<std::uint8_t>(last);
        value = static_cast<T>(m_isGood ? byte : 0);
    }
    bool isFinished() const noexcept { return m_isGood && m_rest.empty(); }

private:
    std::span<const std::byte> m_rest;
    bool m_isGood = true;
};

/// Calls `field` for the numbers of a request, in their order on the wire.
template <class Function>
void visitLimits(auto& m, Function field) {
    field(m.fileBytes);
    field(m.resultBytes);
    field(m.maxPixels);
    field(m.maxSamples);
    field(m.maxPages);
    field(m.maxTextBytes);
    field(m.maxMemoryBytes);
    field(m.maxCpuSeconds);
}

void write(Writer& out, const Request& m) {
    out.put(static_cast<std::uint8_t>(m.job));
    visitLimits(m, [&out](std::uint64_t value) { out.put(value); });
}

bool read(Reader& in, Request& m) {
    in.getUpTo(m.job, Job::Document);
    visitLimits(m, [&in](std::uint64_t& value) { in.get(value); });
    return in.isFinished() && m.job != Job{};
}

void write(Writer& out, const Progress& m) {
    out.put(m.millionths);
}

bool read(Reader& in, Progress& m) {
    in.get(m.millionths);
    return in.isFinished() && m.millionths <= 1'000'000;
}

void write(Writer& out, const ProbeAnswer& m) {
    out.put(static_cast<std::uint8_t>(m.kind));
    out.put(m.format);
}

bool read(Reader& in, ProbeAnswer& m) {
    in.getUpTo(m.kind, MediaKind::Document);
    in.get(m.format);
    return in.isFinished();
}

void write(Writer& out, const PictureAnswer& m) {
    out.put(m.width);
    out.put(m.height);
    out.put(m.originalWidth);
    out.put(m.originalHeight);
    out.put(m.orientation);
    out.put(m.bitsPerChannel);
    out.put(m.hasTransparency);
    out.put(m.format);
}

bool read(Reader& in, PictureAnswer& m) {
    in.get(m.width);
    in.get(m.height);
    in.get(m.originalWidth);
    in.get(m.originalHeight);
    in.get(m.orientation);
    in.get(m.bitsPerChannel);
    in.get(m.hasTransparency);
    in.get(m.format);
    const bool isTurned = m.orientation >= 5;
    return in.isFinished() && m.width > 0 && m.height > 0 && m.orientation >= 1 &&
           m.orientation <= 8 && (m.bitsPerChannel == 8 || m.bitsPerChannel == 16) &&
           m.width == (isTurned ? m.originalHeight : m.originalWidth) &&
           m.height == (isTurned ? m.originalWidth : m.originalHeight);
}

void write(Writer& out, const SoundAnswer& m) {
    out.put(m.numSamples);
    out.put(m.originalSampleRateHz);
    out.put(m.originalChannels);
    out.put(m.hasVideo);
    out.put(m.title);
    out.put(m.format);
    out.put(m.warning);
}

bool read(Reader& in, SoundAnswer& m) {
    in.get(m.numSamples);
    in.get(m.originalSampleRateHz);
    in.get(m.originalChannels);
    in.get(m.hasVideo);
    in.get(m.title);
    in.get(m.format);
    in.get(m.warning);
    constexpr std::uint32_t kMaxInt = 0x7FFFFFFF;
    return in.isFinished() && m.numSamples > 0 && m.originalSampleRateHz > 0 &&
           m.originalSampleRateHz <= kMaxInt && m.originalChannels > 0 &&
           m.originalChannels <= kMaxInt;
}

void write(Writer& out, const DocumentAnswer& m) {
    out.put(m.numPages);
    out.put(m.textBytes);
    out.put(m.hasOwnPages);
    out.put(m.title);
    out.put(m.format);
    out.put(m.encoding);
    out.put(m.warning);
}

bool read(Reader& in, DocumentAnswer& m) {
    in.get(m.numPages);
    in.get(m.textBytes);
    in.get(m.hasOwnPages);
    in.get(m.title);
    in.get(m.format);
    in.get(m.encoding);
    in.get(m.warning);
    return in.isFinished() && m.numPages > 0;
}

void write(Writer& out, const Failure& m) {
    out.put(static_cast<std::uint8_t>(m.code));
    out.put(m.reason);
}

bool read(Reader& in, Failure& m) {
    in.getUpTo(m.code, ErrorCode::Internal);
    in.get(m.reason);
    return in.isFinished() &&
           (m.code == ErrorCode::CorruptData || m.code == ErrorCode::Unsupported ||
            m.code == ErrorCode::OutOfMemory || m.code == ErrorCode::Io ||
            m.code == ErrorCode::Internal);
}

template <std::size_t index = 0>
std::optional<Message> readAs(std::size_t type, Reader& in) {
    if constexpr (index < std::variant_size_v<Message>) {
        if (type != index) {
            return readAs<index + 1>(type, in);
        }
        std::variant_alternative_t<index, Message> message;
        if (read(in, message)) {
            return message;
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::byte> encodeMessage(const Message& message) {
    Writer out;
    out.put(kMagic);
    out.put(kVersion);
    out.put(static_cast<std::uint16_t>(message.index()));
    std::visit([&out](const auto& m) { write(out, m); }, message);
    return out.take();
}

Result<Message> parseMessage(std::span<const std::byte> packet) {
    if (packet.size() > kMaxMessageBytes) {
        return Status(ErrorCode::CorruptData, "a message is too long");
    }
    Reader in(packet);
    std::uint32_t magic = 0;
    std::uint16_t version = 0;
    std::uint16_t type = 0;
    in.get(magic);
    in.get(version);
    in.get(type);
    if (magic != kMagic || version != kVersion) {
        return Status(ErrorCode::CorruptData, "a message is not of this protocol and version");
    }
    if (std::optional<Message> message = readAs(type, in)) {
        return std::move(*message);
    }
    return Status(ErrorCode::CorruptData,
                  "a message of type " + std::to_string(type) + " is malformed");
}

Status sendMessage(int socket, const Message& message, std::span<const int> fds) {
    HEARTH_CHECK(fds.size() <= kMaxFds);
    std::vector<std::byte> packet = encodeMessage(message);
    iovec data{packet.data(), packet.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    if (!fds.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(fds.size_bytes());
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(fds.size_bytes());
        std::memcpy(CMSG_DATA(rights), fds.data(), fds.size_bytes());
    }
    ssize_t sent = 0;
    do {
        sent = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0) {
        return Status(ErrorCode::Io, std::string("cannot send a message: ") + std::strerror(errno));
    }
    return {};
}

Result<Received> receiveMessage(int socket) {
    std::vector<std::byte> packet(kMaxMessageBytes);
    iovec data{packet.data(), packet.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMaxFds)> control{};
    msghdr header{};
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t got = 0;
    do {
        got = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);

    std::vector<ScopedFd> fds;
    if (got >= 0) {
        for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr;
             part = CMSG_NXTHDR(&header, part)) {
            if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
                continue;
            }
            const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (std::size_t i = 0; i < count; ++i) {
                int fd = -1;
                std::memcpy(&fd, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
                fds.emplace_back(fd);
            }
        }
    }
    if (got <= 0) {
        return Status(ErrorCode::Io, "the other end of the connection is gone");
    }
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
        return Status(ErrorCode::CorruptData, "a message is too long");
    }
    HEARTH_ASSIGN_OR_RETURN(Message message,
                            parseMessage(std::span(packet).first(static_cast<std::size_t>(got))));
    return Received{std::move(message), std::move(fds)};
}

}  // namespace hearth::media::protocol
