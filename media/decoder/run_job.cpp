#include "media/decoder/run_job.h"

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "media/decoder/file_format.h"
#include "media/decoder/formats/document.h"
#include "media/decoder/formats/picture.h"
#include "media/decoder/formats/sound.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

Status wrongKind(const FormatGuess& guess, const char* wanted) {
    std::string name = guess.name;
    if (name.empty()) {
        return {ErrorCode::Unsupported, std::string("it is not ") + wanted};
    }
    return {ErrorCode::Unsupported, std::string("it is not ") + wanted + " but " + name};
}

protocol::ProbeAnswer probe(ByteSource& source, const FormatGuess& guess) {
    if (isPicture(guess.format)) {
        return {MediaKind::Picture, guess.name};
    }
    switch (guess.format) {
        case FileFormat::Pdf:
        case FileFormat::Html:
        case FileFormat::Text:
            return {MediaKind::Document, guess.name};
        case FileFormat::Zip: {
            const Result<std::span<std::byte>> file = source.whole();
            return file && isDocx(*file) ? protocol::ProbeAnswer{MediaKind::Document, "DOCX"}
                                         : protocol::ProbeAnswer{MediaKind::Unknown, guess.name};
        }
        case FileFormat::Sound:
            return probeSound(source);
        default:
            return {MediaKind::Unknown, guess.name};
    }
}

Result<protocol::Message> run(ByteSource& source, const JobContext& context) {
    std::vector<std::byte> head(kFormatHeadBytes);
    HEARTH_ASSIGN_OR_RETURN(const std::size_t headBytes, source.readAt(0, head));
    if (headBytes == 0) {
        return Status(ErrorCode::CorruptData, "the file is empty");
    }
    const FormatGuess guess = guessFormat(std::span(head).first(headBytes));
    switch (context.limits().job) {
        case protocol::Job::Probe:
            return protocol::Message(probe(source, guess));
        case protocol::Job::Picture: {
            if (!isPicture(guess.format)) {
                return wrongKind(guess, "a picture that is read");
            }
            HEARTH_ASSIGN_OR_RETURN(protocol::PictureAnswer answer,
                                    decodePicture(source, guess.format, context));
            answer.format = guess.name;
            return protocol::Message(std::move(answer));
        }
        case protocol::Job::Sound: {
            if (guess.format != FileFormat::Sound) {
                return wrongKind(guess, "a sound or video file that is read");
            }
            HEARTH_ASSIGN_OR_RETURN(protocol::SoundAnswer answer, decodeSound(source, context));
            return protocol::Message(std::move(answer));
        }
        case protocol::Job::Document: {
            if (!isDocument(guess.format)) {
                return wrongKind(guess, "a document that is read (text, HTML, PDF, DOCX)");
            }
            HEARTH_ASSIGN_OR_RETURN(protocol::DocumentAnswer answer,
                                    decodeDocument(source, guess.format, context));
            return protocol::Message(std::move(answer));
        }
    }
    return Status(ErrorCode::Internal, "an unknown job");
}

}  // namespace

protocol::Message runJob(ByteSource& source, const JobContext& context) {
    try {
        Result<protocol::Message> answer = run(source, context);
        if (answer) {
            return std::move(*answer);
        }
        // Libraries quote names out of the file in their messages.
        return protocol::Failure{answer.error().code(), cleanLine(answer.error().message(), 1000)};
    } catch (const std::bad_alloc&) {
        return protocol::Failure{ErrorCode::OutOfMemory, "decoding needs more memory than allowed"};
    } catch (const std::length_error&) {
        return protocol::Failure{ErrorCode::OutOfMemory, "decoding needs more memory than allowed"};
    } catch (const std::exception& error) {
        return protocol::Failure{
            ErrorCode::CorruptData,
            cleanLine(std::string("the file cannot be decoded: ") + error.what(), 1000)};
    }
}

}  // namespace hearth::media
