#include "media/decoder/protocol.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string>

#include "media/decoder/utf8.h"

namespace hearth::media::protocol {
namespace {

std::vector<Message> oneOfEach() {
    Request request;
    request.job = Job::Sound;
    request.maxPixels = 1ULL << 40U;
    request.maxCpuSeconds = 7;
    PictureAnswer picture{3, 2, 2, 3, 6, 16, true, "PNG"};
    SoundAnswer sound{16000, 44100, 2, true, "Größe", "MP4", "ends early"};
    DocumentAnswer document{5, 100, true, "title", "PDF", "UTF-8", ""};
    return {request,
            Progress{1'000'000},
            ProbeAnswer{MediaKind::Video, "WebM"},
            picture,
            sound,
            document,
            Failure{ErrorCode::OutOfMemory, "too large"}};
}

TEST(Protocol, MessagesSurviveTheWire) {
    for (const Message& message : oneOfEach()) {
        const std::vector<std::byte> packet = encodeMessage(message);
        const auto parsed = parseMessage(packet);
        ASSERT_TRUE(parsed.has_value()) << message.index();
        EXPECT_EQ(parsed->index(), message.index());
        EXPECT_EQ(encodeMessage(*parsed), packet);
    }
}

TEST(Protocol, EveryTruncationAndEveryTailIsRefused) {
    for (const Message& message : oneOfEach()) {
        std::vector<std::byte> packet = encodeMessage(message);
        for (std::size_t length = 0; length < packet.size(); ++length) {
            EXPECT_FALSE(parseMessage(std::span(packet).first(length)).has_value()) << length;
        }
        packet.push_back(std::byte{0});
        EXPECT_FALSE(parseMessage(packet).has_value());
    }
}

TEST(Protocol, ValuesOutOfRangeAreRefused) {
    const auto isRefused = [](const Message& message) {
        return !parseMessage(encodeMessage(message)).has_value();
    };
    EXPECT_TRUE(isRefused(Progress{1'000'001}));
    EXPECT_TRUE(isRefused(ProbeAnswer{static_cast<MediaKind>(5), ""}));
    EXPECT_TRUE(isRefused(ProbeAnswer{MediaKind::Sound, "\xFF"}));
    EXPECT_TRUE(isRefused(ProbeAnswer{MediaKind::Sound, std::string(1, '\0')}));
    EXPECT_TRUE(isRefused(PictureAnswer{0, 2, 0, 2, 1, 8, false, ""}));
    EXPECT_TRUE(isRefused(PictureAnswer{2, 2, 2, 2, 9, 8, false, ""}));
    EXPECT_TRUE(isRefused(PictureAnswer{2, 2, 2, 2, 0, 8, false, ""}));
    EXPECT_TRUE(isRefused(PictureAnswer{2, 2, 2, 2, 1, 12, false, ""}));
    EXPECT_TRUE(isRefused(PictureAnswer{2, 3, 2, 3, 6, 8, false, ""})) << "a turned picture";
    EXPECT_TRUE(isRefused(SoundAnswer{0, 1, 1, false, "", "", ""}));
    EXPECT_TRUE(isRefused(SoundAnswer{1, 0, 1, false, "", "", ""}));
    EXPECT_TRUE(isRefused(SoundAnswer{1, 1, 0xFFFFFFFF, false, "", "", ""}));
    EXPECT_TRUE(isRefused(DocumentAnswer{}));
    EXPECT_TRUE(isRefused(Failure{ErrorCode::Cancelled, "no"})) << "only the client cancels";
}

TEST(Protocol, LongStringsAreCutAtACharacter) {
    std::string text;
    while (text.size() < 2 * kMaxStringBytes) {
        text += "é";
    }
    text.insert(0, "x");
    const auto parsed = parseMessage(encodeMessage(ProbeAnswer{MediaKind::Sound, text}));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(std::get<ProbeAnswer>(*parsed).format, text.substr(0, kMaxStringBytes - 1));
}

TEST(Protocol, DescriptorsTravelWithTheMessage) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    const ScopedFd left(pair[0]);
    ScopedFd right(pair[1]);
    const ScopedFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const std::array<int, 2> fds{null.get(), null.get()};
    ASSERT_TRUE(sendMessage(left.get(), Request{}, fds).isOk());
    const auto received = receiveMessage(right.get());
    ASSERT_TRUE(received.has_value());
    ASSERT_EQ(received->fds.size(), 2U);
    EXPECT_NE(received->fds[0].get(), null.get());
    EXPECT_EQ(::fcntl(received->fds[0].get(), F_GETFD), FD_CLOEXEC);
    right.reset();
    const Status status = sendMessage(left.get(), Progress{});
    ASSERT_FALSE(status.isOk());
    EXPECT_EQ(status.code(), ErrorCode::Io);
    EXPECT_FALSE(receiveMessage(left.get()).has_value());
}

TEST(Utf8, KnowsWellFormedText) {
    for (const char* good : {"", "abc", "é", "你", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_TRUE(isCleanUtf8(good)) << good;
    }
    for (const char* bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
          "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80", "é\xC3"}) {
        EXPECT_FALSE(isCleanUtf8(bad));
    }
    EXPECT_FALSE(isCleanUtf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, CleansText) {
    EXPECT_EQ(cleanText("a\r\nb\rc\x01\x7F\td\f\xFFz"), "a\nb\nc  \td\f\xEF\xBF\xBDz");
    EXPECT_EQ(cleanLine("  two \n\t words  ", 100), "two words");
    EXPECT_EQ(cleanLine("éé", 3), "é");
    EXPECT_EQ(cleanLine(" \n ", 10), "");
    std::string text;
    appendUtf8(0x1F600, text);
    appendUtf8(0xD800, text);
    appendUtf8(0x110000, text);
    EXPECT_EQ(text, "\xF0\x9F\x98\x80\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace hearth::media::protocol
