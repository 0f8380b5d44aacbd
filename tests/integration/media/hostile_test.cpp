#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/integration/media/decoder_fixture.h"

namespace hearth::media::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

using FileThatIsNone = DecoderTest;

template <class Function>
void forEveryCall(const DecoderClient& client, const fs::path& path, Function check) {
    const auto probe = client.probe(path);
    const auto image = client.decodeImage(path);
    const auto audio = client.decodeAudio(path);
    const auto document = client.decodeDocument(path);
    ASSERT_FALSE(probe.has_value() || image.has_value() || audio.has_value() ||
                 document.has_value());
    for (const Status* status :
         {&probe.error(), &image.error(), &audio.error(), &document.error()}) {
        EXPECT_NE(status->message().find(path.string() + ": "), std::string::npos);
        check(*status);
    }
}

TEST_F(FileThatIsNone, MissingEmptyFolderPipeAndDevice) {
    const auto expectCode = [this](const fs::path& path, ErrorCode code) {
        SCOPED_TRACE(path);
        forEveryCall(*m_client, path, [code](const Status& status) {
            EXPECT_EQ(status.code(), code) << status.message();
        });
    };
    expectCode(m_folder / "missing.png", ErrorCode::NotFound);
    expectCode(write("empty.png", ""), ErrorCode::CorruptData);
    expectCode(m_folder, ErrorCode::Io);
    const fs::path pipe = m_folder / "pipe.wav";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    expectCode(pipe, ErrorCode::Io);
    expectCode("/dev/zero", ErrorCode::Io);
}

TEST_F(FileThatIsNone, UnreadableFile) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    const fs::path path = write("locked.txt", "text");
    fs::permissions(path, fs::perms::none);
    expectError(m_client->decodeDocument(path), path, ErrorCode::Io, "Permission denied");
}

TEST_F(FileThatIsNone, TooLargeFile) {
    const fs::path path = write("big.txt", "0123456789");
    expectError(m_client->decodeDocument(path, {.maxFileBytes = 9}), path, ErrorCode::Unsupported,
                "10 bytes; the limit is 9");
}

TEST_F(FileThatIsNone, RandomBytesOfManySizes) {
    std::uint32_t state = 12345;
    for (const std::size_t size : {1U, 2U, 3U, 7U, 16U, 100U, 5000U, 100'000U}) {
        Bytes bytes(size, '\0');
        for (char& c : bytes) {
            state = state * 1664525U + 1013904223U;
            c = static_cast<char>(state >> 24U);
        }
        const fs::path path = write("random.bin", bytes);
        SCOPED_TRACE(size);
        EXPECT_TRUE(m_client->probe(path).has_value());
        EXPECT_FALSE(m_client->decodeImage(path).has_value());
        EXPECT_FALSE(m_client->decodeAudio(path).has_value());
    }
}

TEST_F(FileThatIsNone, LimitsOfMemoryAndTime) {
    const fs::path path =
        write("picture.png", encodePicture({.width = 4000, .height = 4000}, ".png"));
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    // Sanitizers reserve more address space than any limit allows.
    expectError(m_client->decodeImage(path, {.maxMemoryBytes = std::uint64_t{4} << 20U}), path,
                ErrorCode::OutOfMemory, "use a smaller file");
#endif
    expectError(m_client->decodeImage(path, {.timeout = milliseconds(1)}), path,
                ErrorCode::Unsupported, "longer than 1 ms");
    EXPECT_TRUE(m_client->decodeImage(path).has_value());
}

TEST_F(FileThatIsNone, LengthsThatLieCostNoMemory) {
    const fs::path path =
        fs::path(HEARTH_FUZZ_CORPUS) / "media_sound_fuzzer" / "info-of-4-gigabytes.wav";
    // With more memory than this at hand two gigabytes were filled with zeros.
    const auto audio = m_client->decodeAudio(path, {.maxMemoryBytes = std::uint64_t{3} << 30U});
    expectError(audio, path, ErrorCode::CorruptData, "damaged");
    rusage children{};
    ASSERT_EQ(::getrusage(RUSAGE_CHILDREN, &children), 0);
    EXPECT_LT(children.ru_maxrss, 1L << 20U) << "kB";
}

/// A client of the program that misbehaves as its name says.
class LyingHelper : public DecoderTest {
protected:
    std::unique_ptr<DecoderClient> clientOf(const std::string& mode) {
        const fs::path program = m_folder / mode;
        fs::create_symlink(HEARTH_FAKE_DECODER_PROGRAM, program);
        auto client = DecoderClient::open({.programPath = program});
        EXPECT_TRUE(client.has_value());
        return std::move(client).value();
    }
};

TEST_F(LyingHelper, CrashesAndExitsBecomeOneError) {
    const fs::path path = write("file.txt", "text");
    for (const auto& [mode, reason] :
         std::vector<std::pair<std::string, std::string>>{{"crash", "crashed"},
                                                          {"abort", "crashed"},
                                                          {"exit", "status 9"},
                                                          {"silent", "without an answer"}}) {
        SCOPED_TRACE(mode);
        expectError(clientOf(mode)->decodeImage(path), path, ErrorCode::CorruptData, reason);
    }
    expectError(clientOf("spin")->decodeImage(path), path, ErrorCode::Unsupported,
                "processor time");
    // What the dynamic loader does when it cannot map a library.
    expectError(clientOf("unloaded")->decodeImage(path), path, ErrorCode::OutOfMemory,
                "too little memory to start the decoder");
}

TEST_F(LyingHelper, HangsAreCutOff) {
    const fs::path path = write("file.txt", "text");
    for (const char* mode : {"hang", "chatter"}) {
        SCOPED_TRACE(mode);
        const auto begin = Clock::now();
        expectError(clientOf(mode)->decodeDocument(path, {.timeout = milliseconds(300)}), path,
                    ErrorCode::Unsupported, "longer than 300 ms");
        EXPECT_LT(Clock::now() - begin, seconds(5));
    }
    const auto begin = Clock::now();
    expectError(clientOf("close")->decodeDocument(path), path, ErrorCode::Internal,
                "closed the connection");
    EXPECT_LT(Clock::now() - begin, seconds(10));
}

TEST_F(LyingHelper, CancellingTakesEffectAtOnce) {
    const fs::path path = write("file.txt", "text");
    const auto client = clientOf("hang");
    std::stop_source stop;
    const auto begin = Clock::now();
    std::jthread canceller([&stop] { stop.request_stop(); });
    expectError(client->decodeDocument(path, {}, {.stop = stop.get_token()}), path,
                ErrorCode::Cancelled);
    EXPECT_LT(Clock::now() - begin, seconds(5));
    // Stopped before it starts.
    expectError(client->decodeDocument(path, {}, {.stop = stop.get_token()}), path,
                ErrorCode::Cancelled);
}

TEST_F(LyingHelper, BrokenMessagesAreRefused) {
    const fs::path path = write("file.txt", "text");
    for (const char* mode : {"garbage", "long", "request", "wrongkind"}) {
        SCOPED_TRACE(mode);
        expectError(clientOf(mode)->decodeDocument(path), path, ErrorCode::Internal,
                    "not to be trusted");
    }
}

TEST_F(LyingHelper, ImpossibleResultsAreRefused) {
    const fs::path path = write("file.txt", "text");
    const DecodeLimits limits{.maxPixels = 1'000'000};
    for (const char* mode : {"hugepicture", "toomanypixels"}) {
        SCOPED_TRACE(mode);
        expectError(clientOf(mode)->decodeImage(path, limits), path, ErrorCode::Internal,
                    "not to be trusted");
    }
    for (const char* mode : {"longsound", "nan"}) {
        SCOPED_TRACE(mode);
        expectError(clientOf(mode)->decodeAudio(path), path, ErrorCode::Internal,
                    "not to be trusted");
    }
    for (const char* mode : {"manypages", "longtext", "badpages", "badtext"}) {
        SCOPED_TRACE(mode);
        expectError(clientOf(mode)->decodeDocument(path), path, ErrorCode::Internal,
                    "not to be trusted");
    }
    expectError(clientOf("grow")->decodeDocument(path), path, ErrorCode::Io, "cannot be changed");
}

TEST_F(LyingHelper, ProgressNeverFallsAndFailuresCarryTheReason) {
    const fs::path path = write("file.txt", "text");
    std::vector<double> steps;
    const auto result =
        clientOf("progress")->decodeDocument(path, {}, {.onProgress = [&steps](double fraction) {
                                                 steps.push_back(fraction);
                                             }});
    expectError(result, path, ErrorCode::CorruptData, "reason from the helper");
    EXPECT_EQ(steps, (std::vector<double>{0.25, 0.75}));
}

TEST_F(LyingHelper, ManyThreadsShareOneClient) {
    const fs::path path = write("file.txt", "Some text.");
    std::vector<std::jthread> threads;
    std::vector<int> pages(4, 0);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        threads.emplace_back([&, i] {
            for (int round = 0; round < 3; ++round) {
                const auto document = m_client->decodeDocument(path);
                pages[i] += document ? static_cast<int>(document->pages.size()) : 100;
            }
        });
    }
    threads.clear();
    EXPECT_EQ(pages, (std::vector<int>{3, 3, 3, 3}));
}

TEST(DecoderProgram, MissingProgramNamesThePlaces) {
    const auto client = DecoderClient::open({.programPath = "/nowhere/hearth-decoder"});
    ASSERT_FALSE(client.has_value());
    EXPECT_EQ(client.error().code(), ErrorCode::NotFound);
    EXPECT_NE(client.error().message().find("/nowhere/hearth-decoder"), std::string::npos);
}

TEST(DecoderProgram, IsFoundBesideTheTest) {
    EXPECT_TRUE(DecoderClient::open().has_value());
}

}  // namespace
}  // namespace hearth::media::testing
