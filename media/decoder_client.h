#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

#include "kernels/base/status.h"
#include "media/media_types.h"

namespace hearth::media {

/// What one file may cost. A file beyond a limit fails with `Unsupported` and a sentence that names
/// the limit; nothing is cut off silently.
struct DecodeLimits {
    std::uint64_t maxFileBytes = std::uint64_t{8} << 30;
    std::int64_t maxPixels = 100'000'000;                  ///< width times height of a picture
    std::chrono::seconds maxDuration{3 * 3600};            ///< of sound
    int maxPages = 10'000;                                 ///< of a document
    std::uint64_t maxTextBytes = std::uint64_t{64} << 20;  ///< UTF-8 text of a document
    /// Memory that the helper may use for decoding, its result aside.
    std::uint64_t maxMemoryBytes = std::uint64_t{2} << 30;
    std::chrono::seconds maxCpuTime{120};
    std::chrono::milliseconds timeout{300'000};  ///< wall clock; the helper is killed after it
};

/// How the caller follows and stops a job.
struct DecodeControl {
    std::stop_token stop =
        {};  ///< stopping kills the helper at once; the job fails with `Cancelled`
    /// Called on the calling thread with the part done, in [0, 1], not falling; may be empty.
    std::function<void(double fraction)> onProgress = {};
};

struct DecoderOptions {
    /// The helper program; empty: hearth-decoder beside the running executable, else in
    /// ../libexec/hearth/ from it.
    std::filesystem::path programPath = {};
};

/// Decodes files in hearth-decoder, a process without network that is started for each job and sees
/// only the descriptor of the file. Whatever the file does, a call ends within the time limit with
/// a result or one error that names the file and the reason.
///
/// Errors of every call: NotFound (no such file), Io (cannot be opened, a folder, a pipe),
/// CorruptData (empty or damaged; the helper crashed on it), Unsupported (not of the asked kind, a
/// format or feature that is not read, encrypted, beyond a limit, out of time), OutOfMemory,
/// Cancelled, Internal (the helper could not be started or broke the protocol).
///
/// Thread-safe; calls run in parallel, each with a helper of its own.
class DecoderClient {
public:
    /// Finds the helper. Errors: NotFound, which names the places that were looked at.
    static Result<std::unique_ptr<DecoderClient>> open(const DecoderOptions& options = {});

    ~DecoderClient();
    DecoderClient(const DecoderClient&) = delete;
    DecoderClient& operator=(const DecoderClient&) = delete;

    /// What the file holds, from its content. A file that nothing here can read is `Unknown`, not
    /// an error.
    Result<MediaProbe> probe(const std::filesystem::path& path, const DecodeLimits& limits = {},
                             const DecodeControl& control = {}) const;

    /// PNG, JPEG, WebP, BMP, TIFF (its first page) or GIF (its first frame).
    Result<Image> decodeImage(const std::filesystem::path& path, const DecodeLimits& limits = {},
                              const DecodeControl& control = {}) const;

    /// WAV, MP3, FLAC, Ogg, Opus, M4A, or the first sound track of MP4, MOV, WebM, Matroska or AVI.
    Result<Audio> decodeAudio(const std::filesystem::path& path, const DecodeLimits& limits = {},
                              const DecodeControl& control = {}) const;

    /// Plain text in any encoding, Markdown (as text), HTML, PDF or DOCX.
    Result<Document> decodeDocument(const std::filesystem::path& path,
                                    const DecodeLimits& limits = {},
                                    const DecodeControl& control = {}) const;

private:
    explicit DecoderClient(std::filesystem::path program);

    const std::filesystem::path m_program;
};

}  // namespace hearth::media
