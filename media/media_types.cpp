#include "media/media_types.h"

namespace hearth::media {

const char* mediaKindName(MediaKind kind) noexcept {
    switch (kind) {
        case MediaKind::Unknown:
            return "unknown";
        case MediaKind::Picture:
            return "picture";
        case MediaKind::Sound:
            return "sound";
        case MediaKind::Video:
            return "video";
        case MediaKind::Document:
            return "document";
    }
    return "unknown";
}

}  // namespace hearth::media
