#include "media/decoder_client.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "kernels/base/scoped_fd.h"
#include "media/decoder/helper_process.h"
#include "media/decoder/protocol.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSampleRateHz = 16000;

Status systemError(ErrorCode code, const std::string& what) {
    return {code, what + ": " + std::strerror(errno)};
}

Status brokenProtocol(const std::string& what) {
    return {ErrorCode::Internal, "the decoder's answer is not to be trusted: " + what};
}

std::uint64_t atLeastZero(std::int64_t value) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

/// a * b, or the largest value.
std::uint64_t saturatingProduct(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max()
                                                  : product;
}

struct OpenedFile {
    ScopedFd fd;
    std::uint64_t bytes = 0;
};

Result<OpenedFile> openFile(const fs::path& path, const DecodeLimits& limits) {
    // O_NONBLOCK: opening a FIFO by mistake must fail below instead of waiting for a writer.
    OpenedFile file{ScopedFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)),
                    0};
    if (!file.fd.isValid()) {
        const bool isMissing = errno == ENOENT || errno == ENOTDIR;
        return systemError(isMissing ? ErrorCode::NotFound : ErrorCode::Io, "cannot open it");
    }
    struct stat info {};
    if (::fstat(file.fd.get(), &info) != 0) {
        return systemError(ErrorCode::Io, "cannot look at it");
    }
    if (S_ISDIR(info.st_mode)) {
        return Status(ErrorCode::Io, "it is a folder");
    }
    if (!S_ISREG(info.st_mode)) {
        return Status(ErrorCode::Io, "it is not a regular file");
    }
    file.bytes = static_cast<std::uint64_t>(info.st_size);
    if (file.bytes == 0) {
        return Status(ErrorCode::CorruptData, "the file is empty");
    }
    if (file.bytes > limits.maxFileBytes) {
        return Status(ErrorCode::Unsupported, "the file has " + std::to_string(file.bytes) +
                                                  " bytes; the limit is " +
                                                  std::to_string(limits.maxFileBytes));
    }
    return file;
}

/// A sparse memory file that the helper writes its result to. Its size cannot change, so a map or a
/// read of it never fails halfway.
Result<ScopedFd> makeResultRegion(std::uint64_t bytes) {
    ScopedFd region(::memfd_create("hearth-decoder-result", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!region.isValid() ||
        bytes > static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) ||
        ::ftruncate(region.get(), static_cast<off_t>(bytes)) != 0 ||
        ::fcntl(region.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        return systemError(ErrorCode::OutOfMemory, "cannot make room for the result");
    }
    return region;
}

/// Reads `bytes` bytes of the region from `offset` on.
Status readRegion(const ScopedFd& region, std::uint64_t offset, void* out, std::size_t bytes) {
    auto* at = static_cast<char*>(out);
    while (bytes > 0) {
        const ssize_t got = ::pread(region.get(), at, bytes, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return brokenProtocol("its result is shorter than it says");
        }
        at += got;
        offset += static_cast<std::uint64_t>(got);
        bytes -= static_cast<std::size_t>(got);
    }
    return {};
}

/// Tells `onProgress` about steps of at least half a percent, never backwards.
class ProgressReporter {
public:
    explicit ProgressReporter(const DecodeControl& control) noexcept : m_control(control) {}
    void report(const protocol::Progress& progress) {
        if (m_control.onProgress && progress.millionths >= m_next) {
            m_next = progress.millionths + 5000;
            m_control.onProgress(progress.millionths / 1e6);
        }
    }

private:
    const DecodeControl& m_control;
    std::uint32_t m_next = 0;
};

/// Why a helper that closed its connection gave no answer.
Status describeSilence(HelperProcess& helper) {
    std::optional<HelperProcess::Ending> ending = helper.wait(std::chrono::seconds(1));
    if (!ending) {
        return brokenProtocol("it closed the connection");
    }
    const ErrorCode code = ending->signal == SIGXCPU          ? ErrorCode::Unsupported
                           : ending->exitStatus == kNotLoaded ? ErrorCode::OutOfMemory
                                                              : ErrorCode::CorruptData;
    return {code, describeEnding(*ending)};
}

/// The helper's last message, once the helper is gone, so that nobody writes to the region any
/// more.
Result<protocol::Message> awaitAnswer(HelperProcess& helper, int socket, const DecodeLimits& limits,
                                      const DecodeControl& control) {
    const Clock::time_point deadline = Clock::now() + limits.timeout;
    const ScopedFd stopEvent(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!stopEvent.isValid()) {
        return systemError(ErrorCode::Internal, "cannot wait for the decoder");
    }
    const std::stop_callback onStop(control.stop, [&stopEvent] {
        const std::uint64_t one = 1;
        static_cast<void>(::write(stopEvent.get(), &one, sizeof(one)));
    });
    ProgressReporter reporter(control);
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        if (control.stop.stop_requested()) {
            return Status(ErrorCode::Cancelled, "cancelled");
        }
        if (left.count() <= 0) {
            return Status(
                ErrorCode::Unsupported,
                "decoding took longer than " + std::to_string(limits.timeout.count()) + " ms");
        }
        std::array<pollfd, 2> events{pollfd{socket, POLLIN, 0}, pollfd{stopEvent.get(), POLLIN, 0}};
        const auto patience = std::min<std::int64_t>(left.count() + 1, 60'000);
        static_cast<void>(::poll(events.data(), events.size(), static_cast<int>(patience)));
        if (events[0].revents == 0) {
            continue;
        }
        Result<protocol::Received> received = protocol::receiveMessage(socket);
        if (!received) {
            return received.error().code() == ErrorCode::Io
                       ? describeSilence(helper)
                       : brokenProtocol(received.error().message());
        }
        if (const auto* progress = std::get_if<protocol::Progress>(&received->message)) {
            reporter.report(*progress);
            continue;
        }
        helper.kill();
        if (!helper.wait(std::chrono::seconds(2))) {
            return brokenProtocol("its process does not end");
        }
        return std::move(received->message);
    }
}

/// The helper's answer of type `Answer` and the region that it filled.
template <class Answer>
struct Finished {
    Answer answer;
    ScopedFd region;
    std::uint64_t regionBytes = 0;
};

template <class Answer>
Result<Finished<Answer>> runJob(const fs::path& program, protocol::Request request,
                                const fs::path& path, const DecodeLimits& limits,
                                const DecodeControl& control) {
    HEARTH_ASSIGN_OR_RETURN(const OpenedFile file, openFile(path, limits));
    HEARTH_ASSIGN_OR_RETURN(ScopedFd region, makeResultRegion(request.resultBytes));
    request.fileBytes = file.bytes;
    request.maxMemoryBytes = limits.maxMemoryBytes;
    request.maxCpuSeconds = atLeastZero(limits.maxCpuTime.count());

    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        return systemError(ErrorCode::Internal, "cannot reach the decoder");
    }
    const ScopedFd ours(pair[0]);
    ScopedFd theirs(pair[1]);
    HEARTH_ASSIGN_OR_RETURN(HelperProcess helper, HelperProcess::start(program, theirs.get()));
    theirs.reset();
    const std::array<int, 2> fds{file.fd.get(), region.get()};
    if (!protocol::sendMessage(ours.get(), request, fds).isOk()) {
        return describeSilence(helper);
    }
    HEARTH_ASSIGN_OR_RETURN(protocol::Message message,
                            awaitAnswer(helper, ours.get(), limits, control));
    if (auto* failure = std::get_if<protocol::Failure>(&message)) {
        return Status(failure->code, failure->reason);
    }
    if (auto* answer = std::get_if<Answer>(&message)) {
        return Finished<Answer>{std::move(*answer), std::move(region), request.resultBytes};
    }
    return brokenProtocol("it answers another question");
}

/// `work()` with what failed and the file's name put before its error. Turns exhausted memory of
/// this process into an error too.
template <class T, class Work>
Result<T> namingFile(const char* verb, const fs::path& path, Work work) {
    const auto named = [&](Status status) {
        return std::move(status)
            .withContext(std::string("cannot ") + verb + ' ' + path.string())
            .withAdvice(ErrorCode::OutOfMemory, "close other programs or use a smaller file");
    };
    try {
        Result<T> result = work();
        return result.has_value() ? std::move(result) : Result<T>(named(std::move(result).error()));
    } catch (const std::bad_alloc&) {
        return named(Status(ErrorCode::OutOfMemory, "not enough memory for the result"));
    } catch (const std::length_error&) {
        return named(Status(ErrorCode::OutOfMemory, "not enough memory for the result"));
    }
}

Result<Image> takeImage(Finished<protocol::PictureAnswer> done, const protocol::Request& request) {
    protocol::PictureAnswer& answer = done.answer;
    const std::uint64_t pixels = std::uint64_t{answer.width} * answer.height;
    if (pixels > request.maxPixels || answer.width > 0x7FFFFFFF || answer.height > 0x7FFFFFFF) {
        return brokenProtocol("the picture is larger than allowed");
    }
    Image image;
    image.rgba.resize(pixels * 4);
    HEARTH_RETURN_IF_ERROR(readRegion(done.region, 0, image.rgba.data(), image.rgba.size()));
    image.width = static_cast<int>(answer.width);
    image.height = static_cast<int>(answer.height);
    image.originalWidth = static_cast<int>(answer.originalWidth);
    image.originalHeight = static_cast<int>(answer.originalHeight);
    image.orientation = answer.orientation;
    image.bitsPerChannel = answer.bitsPerChannel;
    image.hasTransparency = answer.hasTransparency;
    image.format = std::move(answer.format);
    return image;
}

Result<Audio> takeAudio(Finished<protocol::SoundAnswer> done, const protocol::Request& request) {
    protocol::SoundAnswer& answer = done.answer;
    if (answer.numSamples > request.maxSamples) {
        return brokenProtocol("the sound is longer than allowed");
    }
    Audio audio;
    audio.samples.resize(answer.numSamples);
    HEARTH_RETURN_IF_ERROR(
        readRegion(done.region, 0, audio.samples.data(), audio.samples.size() * sizeof(float)));
    if (!std::all_of(audio.samples.begin(), audio.samples.end(),
                     [](float sample) { return std::isfinite(sample); })) {
        return brokenProtocol("the sound has samples that are not numbers");
    }
    audio.originalSampleRateHz = static_cast<int>(answer.originalSampleRateHz);
    audio.originalChannels = static_cast<int>(answer.originalChannels);
    audio.duration = std::chrono::microseconds(answer.numSamples * 1'000'000 / kSampleRateHz);
    audio.title = std::move(answer.title);
    audio.format = std::move(answer.format);
    audio.hasVideo = answer.hasVideo;
    audio.warning = std::move(answer.warning);
    return audio;
}

Result<Document> takeDocument(Finished<protocol::DocumentAnswer> done,
                              const protocol::Request& request) {
    protocol::DocumentAnswer& answer = done.answer;
    const std::uint64_t tableBytes = saturatingProduct(answer.numPages, sizeof(std::uint64_t));
    if (answer.textBytes > request.maxTextBytes || tableBytes > done.regionBytes ||
        answer.textBytes > done.regionBytes - tableBytes ||
        (answer.hasOwnPages && answer.numPages > request.maxPages)) {
        return brokenProtocol("the document is larger than allowed");
    }
    std::vector<std::uint64_t> ends(answer.numPages);
    HEARTH_RETURN_IF_ERROR(readRegion(done.region, 0, ends.data(), tableBytes));
    if (!std::is_sorted(ends.begin(), ends.end()) || ends.back() != answer.textBytes) {
        return brokenProtocol("the pages of the document do not fit together");
    }
    Document document;
    document.pages.resize(answer.numPages);
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        std::string& page = document.pages[i];
        page.resize(ends[i] - begin);
        HEARTH_RETURN_IF_ERROR(
            readRegion(done.region, tableBytes + begin, page.data(), page.size()));
        if (!isCleanUtf8(page)) {
            return brokenProtocol("the text of the document is not UTF-8");
        }
        if (page.find_first_not_of(" \t\n\f") == std::string::npos) {
            document.pagesWithoutText.push_back(static_cast<int>(i + 1));
        }
        begin = ends[i];
    }
    document.hasOwnPages = answer.hasOwnPages;
    document.title = std::move(answer.title);
    document.format = std::move(answer.format);
    document.encoding = std::move(answer.encoding);
    document.warning = std::move(answer.warning);
    return document;
}

/// Only the name tells Markdown from other plain text.
bool hasMarkdownName(const fs::path& path) {
    std::string extension = path.extension().string();
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return extension == ".md" || extension == ".markdown" || extension == ".mkd";
}

void refineFormat(std::string& format, const fs::path& path) {
    if (format == "text" && hasMarkdownName(path)) {
        format = "Markdown";
    }
}

}  // namespace

Result<std::unique_ptr<DecoderClient>> DecoderClient::open(const DecoderOptions& options) {
    std::vector<fs::path> places;
    if (!options.programPath.empty()) {
        places.push_back(options.programPath);
    } else {
        std::error_code error;
        const fs::path self = fs::read_symlink("/proc/self/exe", error);
        places.push_back(self.parent_path() / "hearth-decoder");
        places.push_back(self.parent_path().parent_path() / "libexec/hearth/hearth-decoder");
    }
    std::string looked;
    for (const fs::path& place : places) {
        std::error_code error;
        if (fs::is_regular_file(place, error) && ::access(place.c_str(), X_OK) == 0) {
            return std::unique_ptr<DecoderClient>(new DecoderClient(fs::absolute(place)));
        }
        looked += (looked.empty() ? "" : " or ") + place.string();
    }
    return Status(ErrorCode::NotFound, "cannot find the program hearth-decoder: no " + looked);
}

DecoderClient::DecoderClient(fs::path program) : m_program(std::move(program)) {}
DecoderClient::~DecoderClient() = default;

Result<MediaProbe> DecoderClient::probe(const fs::path& path, const DecodeLimits& limits,
                                        const DecodeControl& control) const {
    return namingFile<MediaProbe>("examine", path, [&]() -> Result<MediaProbe> {
        protocol::Request request;
        request.job = protocol::Job::Probe;
        HEARTH_ASSIGN_OR_RETURN(
            Finished<protocol::ProbeAnswer> done,
            runJob<protocol::ProbeAnswer>(m_program, request, path, limits, control));
        MediaProbe probe{done.answer.kind, std::move(done.answer.format)};
        refineFormat(probe.format, path);
        return probe;
    });
}

Result<Image> DecoderClient::decodeImage(const fs::path& path, const DecodeLimits& limits,
                                         const DecodeControl& control) const {
    return namingFile<Image>("read picture", path, [&]() -> Result<Image> {
        protocol::Request request;
        request.job = protocol::Job::Picture;
        request.maxPixels = atLeastZero(limits.maxPixels);
        request.resultBytes = saturatingProduct(request.maxPixels, 4);
        HEARTH_ASSIGN_OR_RETURN(
            Finished<protocol::PictureAnswer> done,
            runJob<protocol::PictureAnswer>(m_program, request, path, limits, control));
        return takeImage(std::move(done), request);
    });
}

Result<Audio> DecoderClient::decodeAudio(const fs::path& path, const DecodeLimits& limits,
                                         const DecodeControl& control) const {
    return namingFile<Audio>("read sound", path, [&]() -> Result<Audio> {
        protocol::Request request;
        request.job = protocol::Job::Sound;
        request.maxSamples =
            saturatingProduct(atLeastZero(limits.maxDuration.count()), kSampleRateHz);
        request.resultBytes = saturatingProduct(request.maxSamples, sizeof(float));
        HEARTH_ASSIGN_OR_RETURN(
            Finished<protocol::SoundAnswer> done,
            runJob<protocol::SoundAnswer>(m_program, request, path, limits, control));
        return takeAudio(std::move(done), request);
    });
}

Result<Document> DecoderClient::decodeDocument(const fs::path& path, const DecodeLimits& limits,
                                               const DecodeControl& control) const {
    return namingFile<Document>("read document", path, [&]() -> Result<Document> {
        protocol::Request request;
        request.job = protocol::Job::Document;
        request.maxPages = atLeastZero(limits.maxPages);
        // Kept small enough that the sum below cannot overflow.
        request.maxTextBytes = std::min(limits.maxTextBytes, std::uint64_t{1} << 40U);
        // Text without pages is cut into pieces of far more than 256 bytes.
        const std::uint64_t mostPages = request.maxPages + request.maxTextBytes / 256 + 1;
        request.resultBytes = mostPages * sizeof(std::uint64_t) + request.maxTextBytes;
        HEARTH_ASSIGN_OR_RETURN(
            Finished<protocol::DocumentAnswer> done,
            runJob<protocol::DocumentAnswer>(m_program, request, path, limits, control));
        HEARTH_ASSIGN_OR_RETURN(Document document, takeDocument(std::move(done), request));
        refineFormat(document.format, path);
        return document;
    });
}

}  // namespace hearth::media
