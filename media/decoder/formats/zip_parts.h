#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace hearth::media {

/// Unpacks the parts of a zip file whose names `isWanted` accepts, into memory. The sizes that the
/// file states are not believed: unpacking stops at `maxBytes` for all parts together, and the
/// number of entries looked at is limited.
/// Errors: CorruptData, Unsupported (encrypted, beyond a limit), OutOfMemory.
Result<std::map<std::string, std::string>> unpackZipParts(
    std::span<const std::byte> file, std::uint64_t maxBytes,
    const std::function<bool(std::string_view name)>& isWanted);

}  // namespace hearth::media
