#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/storage/store.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {

inline std::string readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeFile(const std::filesystem::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
}

/// The files below a folder whose bytes contain `word`.
inline std::vector<std::string> filesWith(const std::filesystem::path& folder,
                                          std::string_view word) {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && readFile(entry.path()).find(word) != std::string::npos) {
            found.push_back(entry.path().filename().string());
        }
    }
    return found;
}

/// A store in a folder that goes with the test.
class FolderStoreTest : public testing::Test {
protected:
    std::filesystem::path folder() const { return m_folder.path() / "store"; }
    std::filesystem::path databasePath() const { return folder() / "hearth.db"; }
    StoreOptions options() {
        StoreOptions result;
        result.folder = folder();
        result.clock = m_time.clock();
        return result;
    }
    std::unique_ptr<Store> open() { return std::move(Store::open(options())).value(); }

    static MessageId add(Store& store, ChatId chat, std::optional<MessageId> parent,
                         std::string_view text, MessageRole role = MessageRole::User) {
        return store.messages().add(newMessage(chat, parent, role, text)).value();
    }
    static std::string shown(Store& store, ChatId chat) {
        std::string result;
        for (const BranchEntry& entry : store.messages().branch(chat).value()) {
            result +=
                (result.empty() ? "" : " ") + textOf(store.messages().message(entry.id).value());
        }
        return result;
    }
    static void finishMaintenance(Store& store) {
        while (store.maintain().value()) {
        }
    }

    testing_support::TempFolder m_folder;
    ManualClock m_time;
};

}  // namespace hearth::storage
