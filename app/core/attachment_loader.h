#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "app/core/attachment.h"
#include "kernels/base/status.h"
#include "media/audio/audio_preprocess.h"
#include "media/decoder_client.h"
#include "media/image/image_preprocess.h"

namespace hearth::app {

/// A decoded file, ready for the encoders or for the prompt.
struct LoadedAttachment {
    AttachmentReport report;  ///< all that is known before the model has seen it
    std::variant<media::PreparedImage, media::Audio, media::Document> content;
};

/// Decodes attached files in the decoder process. Thread-safe, as the client is.
class AttachmentLoader {
public:
    /// `client` outlives the loader.
    explicit AttachmentLoader(const media::DecoderClient& client) noexcept : m_client(client) {}

    /// Decodes `path` as `kind`, or as what its content says. Errors: what the client reports;
    /// Unsupported, naming the file, for one that is neither picture, sound nor document, and for a
    /// document without any text.
    Result<LoadedAttachment> load(const std::filesystem::path& path,
                                  std::optional<AttachmentKind> kind,
                                  const std::stop_token& stop) const;

private:
    Result<LoadedAttachment> loadPicture(const std::filesystem::path& path,
                                         const media::DecodeControl& control) const;
    Result<LoadedAttachment> loadRecording(const std::filesystem::path& path,
                                           const media::DecodeControl& control) const;
    Result<LoadedAttachment> loadDocument(const std::filesystem::path& path,
                                          const media::DecodeControl& control) const;

    const media::DecoderClient& m_client;
};

}  // namespace hearth::app
