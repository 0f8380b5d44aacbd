#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernels/base/scoped_fd.h"
#include "kernels/base/status.h"
#include "media/media_types.h"

/// The messages between DecoderClient and hearth-decoder, one per packet of a SOCK_SEQPACKET socket
/// pair. docs/adr/0005-decoder-process.md describes them byte by byte. Both ends parse with
/// `parseMessage`; neither trusts the other's lengths.
namespace hearth::media::protocol {

/// Descriptor under which the helper finds its end of the socket pair.
inline constexpr int kSocketFd = 3;
inline constexpr std::size_t kMaxMessageBytes = std::size_t{32} * 1024;
/// Longest title, format name, reason, ...
inline constexpr std::size_t kMaxStringBytes = 4096;

/// Values are part of the protocol.
enum class Job : std::uint8_t { Probe = 1, Picture = 2, Sound = 3, Document = 4 };

/// Client to helper, once, with two descriptors: the file, opened for reading, and the result
/// region, a memfd of `resultBytes` whose size is sealed.
struct Request {
    Job job = Job::Probe;
    std::uint64_t fileBytes = 0;
    std::uint64_t resultBytes = 0;
    std::uint64_t maxPixels = 0;
    std::uint64_t maxSamples = 0;  ///< 16 kHz mono samples
    std::uint64_t maxPages = 0;
    std::uint64_t maxTextBytes = 0;
    std::uint64_t maxMemoryBytes = 0;
    std::uint64_t maxCpuSeconds = 0;
};

/// Helper to client, any number of times before the answer.
struct Progress {
    std::uint32_t millionths = 0;  ///< at most 1,000,000
};

/// Answer to Job::Probe.
struct ProbeAnswer {
    MediaKind kind = MediaKind::Unknown;
    std::string format;
};

/// Answer to Job::Picture; the region starts with width * height RGBA pixels.
struct PictureAnswer {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t originalWidth = 0;
    std::uint32_t originalHeight = 0;
    std::uint8_t orientation = 1;
    std::uint8_t bitsPerChannel = 8;
    bool hasTransparency = false;
    std::string format;
};

/// Answer to Job::Sound; the region starts with `numSamples` f32.
struct SoundAnswer {
    std::uint64_t numSamples = 0;
    std::uint32_t originalSampleRateHz = 0;
    std::uint32_t originalChannels = 0;
    bool hasVideo = false;
    std::string title;
    std::string format;
    std::string warning;
};

/// Answer to Job::Document; the region starts with `numPages` u64, the ends of the pages in the
/// text (ascending, the last is `textBytes`), followed by the text.
struct DocumentAnswer {
    std::uint64_t numPages = 0;
    std::uint64_t textBytes = 0;
    bool hasOwnPages = false;
    std::string title;
    std::string format;
    std::string encoding;
    std::string warning;
};

/// The job failed; the last message, as an answer is.
struct Failure {
    ErrorCode code = ErrorCode::Internal;  ///< CorruptData, Unsupported, OutOfMemory, Io, Internal
    std::string reason;                    ///< without the name of the file, which the helper lacks
};

using Message = std::variant<Request, Progress, ProbeAnswer, PictureAnswer, SoundAnswer,
                             DocumentAnswer, Failure>;

/// The packet of `message`. Strings longer than kMaxStringBytes are cut.
std::vector<std::byte> encodeMessage(const Message& message);

/// Reads a packet. Checks the length of the packet and of each string, the ranges of all
/// enumerations, that strings are UTF-8, and that nothing follows. Errors: CorruptData.
Result<Message> parseMessage(std::span<const std::byte> packet);

/// Sends a packet with up to two descriptors; waits while the other end does not read.
/// Errors: Io (the other end is gone).
Status sendMessage(int socket, const Message& message, std::span<const int> fds = {});

/// A received packet and what came with it.
struct Received {
    Message message;
    std::vector<ScopedFd> fds;
};

/// Waits for the next packet. Errors: Io (the other end is gone), CorruptData.
Result<Received> receiveMessage(int socket);

}  // namespace hearth::media::protocol
