#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "media/decoder_client.h"
#include "tests/integration/media/media_files.h"

namespace hearth::media::testing {

/// A folder of its own for each test and a client of the built hearth-decoder.
class DecoderTest : public ::testing::Test {
protected:
    void SetUp() override {
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        m_folder = std::filesystem::path(::testing::TempDir()) /
                   (std::string("hearth-") + info->test_suite_name() + "-" + info->name());
        std::filesystem::remove_all(m_folder);
        std::filesystem::create_directories(m_folder);
        auto client = DecoderClient::open({.programPath = HEARTH_DECODER_PROGRAM});
        ASSERT_TRUE(client.has_value()) << client.error().message();
        m_client = std::move(client).value();
    }
    void TearDown() override { std::filesystem::remove_all(m_folder); }

    std::filesystem::path write(const std::string& name, std::string_view bytes) const {
        writeFile(m_folder / name, bytes);
        return m_folder / name;
    }

    std::filesystem::path m_folder;
    std::unique_ptr<DecoderClient> m_client;
};

/// A failed result whose message names the file and says something more.
template <class T>
void expectError(const Result<T>& result, const std::filesystem::path& path, ErrorCode code,
                 const std::string& reason = "") {
    ASSERT_FALSE(result.has_value()) << path;
    EXPECT_EQ(result.error().code(), code) << result.error().message();
    EXPECT_NE(result.error().message().find(path.string() + ": "), std::string::npos)
        << result.error().message();
    EXPECT_NE(result.error().message().find(reason), std::string::npos)
        << result.error().message() << "\nlacks: " << reason;
    EXPECT_EQ(result.error().message().find('\n'), std::string::npos);
}

}  // namespace hearth::media::testing
