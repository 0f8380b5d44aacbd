#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/base/status.h"

namespace hearth::storage {

/// "cannot ACTION PATH: reason", Io (NotFound where nothing is there), from `errno`.
Status fileError(std::string_view action, const std::filesystem::path& path, int error);

/// Makes a folder and those above it; only its owner may look into it. Errors: Io.
Status makePrivateFolder(const std::filesystem::path& path);
/// Writes all bytes. Errors: Io.
Status writeAll(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);
/// Puts what is written to the disk. Errors: Io.
Status syncFile(const std::filesystem::path& path);
/// Puts the names in a folder to the disk. Errors: Io.
Status syncFolder(const std::filesystem::path& path);
/// Renames over what is there and syncs the folder (both are in the same one). Errors: Io.
Status renameSynced(const std::filesystem::path& from, const std::filesystem::path& to);
/// Removes a file; one that is not there is fine. Errors: Io.
Status removeFile(const std::filesystem::path& path);
bool isFile(const std::filesystem::path& path) noexcept;
/// The plain files of a folder, sorted by name; none where there is no folder.
std::vector<std::filesystem::path> filesIn(const std::filesystem::path& folder);

}  // namespace hearth::storage
