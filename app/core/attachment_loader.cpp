#include "app/core/attachment_loader.h"

#include <utility>

namespace hearth::app {

Result<LoadedAttachment> AttachmentLoader::load(const std::filesystem::path& path,
                                                std::optional<AttachmentKind> kind,
                                                const std::stop_token& stop) const {
    const media::DecodeControl control{.stop = stop, .onProgress = {}};
    if (!kind.has_value()) {
        HEARTH_ASSIGN_OR_RETURN(const media::MediaProbe probe, m_client.probe(path, {}, control));
        switch (probe.kind) {
            case media::MediaKind::Picture:
                kind = AttachmentKind::Picture;
                break;
            case media::MediaKind::Sound:
            case media::MediaKind::Video:
                kind = AttachmentKind::Recording;
                break;
            case media::MediaKind::Document:
                kind = AttachmentKind::Document;
                break;
            case media::MediaKind::Unknown:
                return Status(
                    ErrorCode::Unsupported,
                    path.string() +
                        " is neither a picture, a recording nor a document that Hearth can read");
        }
    }
    switch (*kind) {
        case AttachmentKind::Picture:
            return loadPicture(path, control);
        case AttachmentKind::Recording:
            return loadRecording(path, control);
        case AttachmentKind::Document:
            return loadDocument(path, control);
    }
    return Status(ErrorCode::Internal, "an attachment of no kind");
}

Result<LoadedAttachment> AttachmentLoader::loadPicture(const std::filesystem::path& path,
                                                       const media::DecodeControl& control) const {
    HEARTH_ASSIGN_OR_RETURN(const media::Image image, m_client.decodeImage(path, {}, control));
    HEARTH_ASSIGN_OR_RETURN(media::PreparedImage prepared, media::prepareImage(image));
    LoadedAttachment attachment;
    attachment.report.path = path;
    attachment.report.kind = AttachmentKind::Picture;
    attachment.report.width = image.width;
    attachment.report.height = image.height;
    attachment.report.modelWidth = prepared.contentWidth;
    attachment.report.modelHeight = prepared.contentHeight;
    attachment.content = std::move(prepared);
    return attachment;
}

Result<LoadedAttachment> AttachmentLoader::loadRecording(
    const std::filesystem::path& path, const media::DecodeControl& control) const {
    HEARTH_ASSIGN_OR_RETURN(media::Audio audio, m_client.decodeAudio(path, {}, control));
    if (audio.samples.empty()) {
        return Status(ErrorCode::CorruptData, path.string() + " holds no sound");
    }
    LoadedAttachment attachment;
    attachment.report.path = path;
    attachment.report.kind = AttachmentKind::Recording;
    attachment.report.warning = audio.warning;
    attachment.report.seconds = static_cast<double>(audio.samples.size()) / audio.sampleRateHz;
    attachment.content = std::move(audio);
    return attachment;
}

Result<LoadedAttachment> AttachmentLoader::loadDocument(const std::filesystem::path& path,
                                                        const media::DecodeControl& control) const {
    HEARTH_ASSIGN_OR_RETURN(media::Document document, m_client.decodeDocument(path, {}, control));
    LoadedAttachment attachment;
    attachment.report.path = path;
    attachment.report.kind = AttachmentKind::Document;
    attachment.report.pages = static_cast<int>(document.pages.size());
    attachment.report.warning = document.warning;
    bool hasText = false;
    for (const std::string& page : document.pages) {
        attachment.report.characters += page.size();
        hasText = hasText || page.find_first_not_of(" \t\r\n\f\v") != std::string::npos;
    }
    if (!hasText) {
        return Status(ErrorCode::Unsupported,
                      path.string() + " has no text in it" +
                          (document.hasOwnPages ? "; scanned pages cannot be read yet" : ""));
    }
    attachment.content = std::move(document);
    return attachment;
}

}  // namespace hearth::app
