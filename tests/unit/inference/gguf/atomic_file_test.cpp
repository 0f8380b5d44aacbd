#include "inference/gguf/atomic_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

namespace hearth {
namespace {

namespace fs = std::filesystem;

class AtomicFileTest : public testing::Test {
protected:
    void SetUp() override {
        m_folder = fs::path(testing::TempDir()) /
                   testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::remove_all(m_folder);
        fs::create_directories(m_folder);
        m_path = m_folder / "file";
    }
    void TearDown() override { fs::remove_all(m_folder); }

    std::string content() const {
        std::ifstream in(m_path);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    static std::span<const std::byte> bytes(std::string_view text) {
        return std::as_bytes(std::span(text));
    }

    fs::path m_folder;
    fs::path m_path;
};

TEST_F(AtomicFileTest, AppearsOnlyWhenCommitted) {
    std::ofstream(m_path) << "old";
    {
        AtomicFile file(m_path);
        ASSERT_TRUE(file.open().isOk());
        ASSERT_TRUE(file.write(bytes("new")).isOk());
        EXPECT_EQ(content(), "old");
        ASSERT_TRUE(file.commit().isOk());
    }
    EXPECT_EQ(content(), "new");
    EXPECT_EQ(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()), 1);
}

TEST_F(AtomicFileTest, VanishesWithoutCommit) {
    {
        AtomicFile file(m_path);
        ASSERT_TRUE(file.open().isOk());
        ASSERT_TRUE(file.write(bytes("half")).isOk());
    }
    EXPECT_TRUE(fs::is_empty(m_folder));
}

TEST_F(AtomicFileTest, HasNoNameUntilCommitted) {
    const int probe = ::open(m_folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (probe < 0) {
        GTEST_SKIP() << "the file system has no files without names";
    }
    ::close(probe);
    AtomicFile file(m_path);
    ASSERT_TRUE(file.open().isOk());
    ASSERT_TRUE(file.write(bytes("whole")).isOk());
    EXPECT_TRUE(fs::is_empty(m_folder));
    ASSERT_TRUE(file.commit().isOk());
    EXPECT_EQ(content(), "whole");
    EXPECT_EQ(fs::status(m_path).permissions() & fs::perms::owner_all,
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()), 1);
}

TEST_F(AtomicFileTest, TwoWritersOfOneFileDoNotMeet) {
    AtomicFile first(m_path);
    AtomicFile second(m_path);
    ASSERT_TRUE(first.open().isOk());
    ASSERT_TRUE(second.open().isOk());
    ASSERT_TRUE(first.write(bytes("first")).isOk());
    ASSERT_TRUE(second.write(bytes("second")).isOk());
    ASSERT_TRUE(first.commit().isOk());
    ASSERT_TRUE(second.commit().isOk());
    EXPECT_EQ(content(), "second");
}

TEST_F(AtomicFileTest, WhatIsNoFileStaysAndIsAnError) {
    const auto makeFolder = [this] { fs::create_directory(m_path); };
    const auto makePipe = [this] { ASSERT_EQ(mkfifo(m_path.c_str(), 0600), 0); };
    const auto linkToDevice = [this] { fs::create_symlink("/dev/null", m_path); };
    for (const std::function<void()>& make :
         {std::function<void()>(makeFolder), {makePipe}, {linkToDevice}}) {
        const auto expectRefused = [this](const Status& status) {
            EXPECT_EQ(status.code(), ErrorCode::InvalidArgument);
            EXPECT_NE(status.message().find(m_path.string()), std::string::npos);
        };
        {
            AtomicFile late(m_path);
            ASSERT_TRUE(late.open().isOk());
            make();
            const fs::file_type type = fs::symlink_status(m_path).type();
            expectRefused(late.commit());
            expectRefused(AtomicFile(m_path).open());
            expectRefused(AtomicFile::checkTarget(m_path));
            EXPECT_EQ(fs::symlink_status(m_path).type(), type);
        }
        EXPECT_EQ(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()), 1);
        fs::remove(m_path);
    }
}

TEST_F(AtomicFileTest, ALinkToAFileIsReplacedAndItsFileStays) {
    const fs::path target = m_folder / "target";
    std::ofstream(target) << "old";
    fs::create_symlink(target, m_path);
    AtomicFile file(m_path);
    ASSERT_TRUE(file.open().isOk());
    ASSERT_TRUE(file.write(bytes("new")).isOk());
    ASSERT_TRUE(file.commit().isOk());
    EXPECT_EQ(content(), "new");
    EXPECT_FALSE(fs::is_symlink(m_path));
    EXPECT_EQ(fs::file_size(target), 3U);
}

TEST_F(AtomicFileTest, AFolderThatTakesNoFilesIsAnError) {
    AtomicFile file("/proc/hearth-no-such-file");
    EXPECT_EQ(file.open().code(), ErrorCode::Io);
}

}  // namespace
}  // namespace hearth
