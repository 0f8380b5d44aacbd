#include "kernels/base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace hearth {
namespace {

namespace fs = std::filesystem;

class MappedFileTest : public testing::Test {
protected:
    void SetUp() override {
        m_folder = fs::path(testing::TempDir()) /
                   testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::remove_all(m_folder);
        fs::create_directories(m_folder);
    }
    void TearDown() override { fs::remove_all(m_folder); }

    fs::path m_folder;
};

TEST_F(MappedFileTest, ReadsWhatWasWritten) {
    const fs::path path = m_folder / "data";
    std::ofstream(path) << "hearth";
    const auto file = MappedFile::open(path);
    ASSERT_TRUE(file.has_value());
    const auto bytes = file.value()->bytes();
    ASSERT_EQ(bytes.size(), 6U);
    EXPECT_EQ(std::memcmp(bytes.data(), "hearth", 6), 0);
}

TEST_F(MappedFileTest, NamesTheFileInEveryError) {
    std::ofstream(m_folder / "empty").flush();
    ASSERT_EQ(::mkfifo((m_folder / "fifo").c_str(), 0600), 0);
    const auto expectError = [&](const fs::path& path, ErrorCode code) {
        const auto file = MappedFile::open(path);
        ASSERT_FALSE(file.has_value());
        EXPECT_EQ(file.error().code(), code);
        EXPECT_NE(file.error().message().find(path.string()), std::string::npos);
    };
    expectError(m_folder / "missing", ErrorCode::NotFound);
    expectError(m_folder / "empty", ErrorCode::InvalidArgument);
    expectError(m_folder / "fifo", ErrorCode::Io);
    expectError(m_folder, ErrorCode::Io);
}

}  // namespace
}  // namespace hearth
