#include "app/storage/attachment_store.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "app/storage/chat_store.h"
#include "app/storage/document_store.h"
#include "app/storage/file_system.h"
#include "app/storage/message_store.h"
#include "app/storage/sha256.h"
#include "tests/support/temp_folder.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

std::span<const std::byte> bytesOf(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string digestOf(std::string_view text) {
    Sha256 digest;
    digest.update(bytesOf(text));
    return digest.hexDigest();
}

TEST(Sha256, AgreesWithThePublishedVectors) {
    EXPECT_EQ(digestOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(digestOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(digestOf(std::string(1000000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
    const std::string text(1000, 'x');
    for (std::size_t length = 0; length < 200; ++length) {
        const std::string whole = text.substr(0, length);
        for (const std::size_t piece : {1UL, 7UL, 63UL, 64UL, 65UL}) {
            Sha256 digest;
            for (std::size_t i = 0; i < length; i += piece) {
                digest.update(bytesOf(std::string_view(whole).substr(i, piece)));
            }
            ASSERT_EQ(digest.hexDigest(), digestOf(whole)) << length << " by " << piece;
        }
    }
}

class AttachmentStoreTest : public MemoryStoreTest {
protected:
    void SetUp() override {
        MemoryStoreTest::SetUp();
        m_store = std::make_unique<AttachmentStore>(*m_database, m_files, m_time.clock());
    }
    AttachmentId add(std::string_view content, std::string_view name = "a.png") {
        return m_store->add(m_files.addBytes(bytesOf(content)).value(), "image/png", name).value();
    }
    std::string contentOf(AttachmentId id) {
        std::ifstream file(m_store->path(id).value());
        return {std::istreambuf_iterator<char>(file), {}};
    }
    MessageId addMessageWith(ChatId chat, AttachmentId attachment) {
        NewMessage message;
        message.chat = chat;
        Part part;
        part.kind = PartKind::Attachment;
        part.attachment = attachment;
        part.name = "mine.png";
        part.modelInput = R"({"vectors":80})";
        message.parts = {part, textPart("What is this?")};
        return MessageStore(*m_database, m_time.clock()).add(message).value();
    }

    testing_support::TempFolder m_folder;
    AttachmentFiles m_files{m_folder.path() / "attachments"};
    std::unique_ptr<AttachmentStore> m_store;
};

TEST_F(AttachmentStoreTest, TheSameContentIsStoredOnce) {
    const AttachmentId first = add("picture", "a.png");
    EXPECT_EQ(add("picture", "b.png"), first);
    EXPECT_NE(add("another"), first);
    EXPECT_EQ(contentOf(first), "picture");
    const Attachment attachment = m_store->attachment(first).value();
    EXPECT_EQ(attachment.bytes, 7);
    EXPECT_EQ(attachment.name, "a.png");
    EXPECT_EQ(attachment.sha256, digestOf("picture"));
    EXPECT_EQ(m_files.list().size(), 2U);
    EXPECT_EQ(m_store->attachment(99).error().code(), ErrorCode::NotFound);
}

TEST_F(AttachmentStoreTest, FilesAreCopiedAndOnlyPlainOnes) {
    const auto source = m_folder.path() / "source.bin";
    std::string content(1 << 20, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) {
        content[i] = static_cast<char>(i * 31 + i / 977);
    }
    std::ofstream(source) << content;
    const StoredContent stored = m_files.addFile(source).value();
    EXPECT_EQ(stored.sha256, digestOf(content));
    EXPECT_EQ(stored.bytes, static_cast<std::int64_t>(content.size()));
    EXPECT_TRUE(m_files.verify(stored.sha256).isOk());
    EXPECT_EQ(m_files.addFile(m_folder.path() / "none").error().code(), ErrorCode::NotFound);
    EXPECT_EQ(m_files.addFile(m_folder.path()).error().code(), ErrorCode::InvalidArgument);
    const auto pipe = m_folder.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(m_files.addFile(pipe).error().code(), ErrorCode::InvalidArgument);
    EXPECT_EQ(filesIn(m_folder.path() / "attachments").size(), 0U) << "no temporary file is left";
}

TEST_F(AttachmentStoreTest, DamageIsSeenAndMendedByAttachingAgain) {
    const AttachmentId id = add("picture");
    const std::string sha256 = m_store->attachment(id).value().sha256;
    std::ofstream(m_files.pathOf(sha256)) << "damaged";
    EXPECT_EQ(m_files.verify(sha256).code(), ErrorCode::CorruptData);
    add("picture");
    EXPECT_TRUE(m_files.verify(sha256).isOk());
    ASSERT_TRUE(m_files.remove(sha256).isOk());
    EXPECT_EQ(m_files.verify(sha256).code(), ErrorCode::NotFound);
    EXPECT_EQ(m_store->path(id).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(m_store->add({sha256, 7}, "", "").error().code(), ErrorCode::NotFound);
}

TEST_F(AttachmentStoreTest, AFailedWriteLeavesNothing) {
    // A limit on the size of files stands in for a full disk.
    struct rlimit before {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = before;
    limit.rlim_cur = 1000;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto result = m_files.addBytes(bytesOf(std::string(5000, 'x')));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, ignored);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::Io);
    EXPECT_TRUE(m_files.list().empty());
    EXPECT_TRUE(filesIn(m_folder.path() / "attachments").empty());
}

TEST_F(AttachmentStoreTest, ThumbnailsAreKeptBesideTheRow) {
    const AttachmentId id = add("picture");
    EXPECT_EQ(m_store->thumbnail(id).value(), std::nullopt);
    Thumbnail thumbnail;
    thumbnail.mediaType = "image/jpeg";
    thumbnail.widthPx = 64;
    thumbnail.heightPx = 48;
    thumbnail.bytes = {std::byte{0}, std::byte{255}, std::byte{7}};
    ASSERT_TRUE(m_store->setThumbnail(id, thumbnail).isOk());
    ASSERT_TRUE(m_store->setThumbnail(id, thumbnail).isOk());
    const auto back = m_store->thumbnail(id).value();
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->bytes, thumbnail.bytes);
    EXPECT_EQ(back->widthPx, 64);
    EXPECT_EQ(back->heightPx, 48);
    EXPECT_EQ(back->mediaType, "image/jpeg");
    EXPECT_EQ(m_store->setThumbnail(99, thumbnail).code(), ErrorCode::InvalidArgument);
}

TEST_F(AttachmentStoreTest, WhatNothingRefersToIsRemovedInTime) {
    const ChatId chat = ChatStore(*m_database, m_time.clock()).create().value();
    const AttachmentId used = add("used");
    const AttachmentId unused = add("unused");
    const AttachmentId kept = add("kept");
    const MessageId message = addMessageWith(chat, used);
    DocumentStore documents(*m_database);
    const std::vector<std::string> pages{"A lighthouse."};
    const DocumentId lost =
        documents.addDocument("lost", pages, {.attachment = unused, .created = {}}).value();
    ASSERT_TRUE(
        documents.addDocument("kept", pages, {.attachment = kept, .isKept = true, .created = {}})
            .has_value());
    EXPECT_EQ(m_store->numReferences(used).value(), 1);
    EXPECT_EQ(m_store->numReferences(unused).value(), 0);
    EXPECT_EQ(m_store->numReferences(kept).value(), 1);
    EXPECT_EQ(m_store->removeUnused(m_time.now()).value(), 0) << "too young";
    m_time.advance(std::chrono::hours(48));
    EXPECT_EQ(m_store->removeUnused(m_time.now()).value(), 1);
    EXPECT_EQ(m_files.list().size(), 2U);
    EXPECT_EQ(documents.document(lost).error().code(), ErrorCode::NotFound);
    EXPECT_EQ(documents.search("lighthouse", {}, 9).value().size(), 1U);
    const Message back = MessageStore(*m_database, m_time.clock()).message(message).value();
    ASSERT_EQ(back.parts.size(), 2U);
    EXPECT_EQ(back.parts[0].attachment, used);
    EXPECT_EQ(back.parts[0].name, "mine.png");
    EXPECT_EQ(back.parts[0].modelInput, R"({"vectors":80})");
}

TEST_F(AttachmentStoreTest, FilesWithoutARowGoAfterADay) {
    add("known");
    const StoredContent young = m_files.addBytes(bytesOf("young")).value();
    const StoredContent old = m_files.addBytes(bytesOf("old")).value();
    std::filesystem::last_write_time(
        m_files.pathOf(old.sha256),
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
    EXPECT_EQ(m_store->removeUnknownFiles().value(), 1);
    EXPECT_FALSE(m_files.contains(old.sha256));
    EXPECT_TRUE(m_files.contains(young.sha256));
    std::ofstream(m_folder.path() / "attachments" / "1-2.part") << "half";
    m_files.removeUnfinished();
    EXPECT_TRUE(filesIn(m_folder.path() / "attachments").empty());
    EXPECT_EQ(m_files.list().size(), 2U);
}

}  // namespace
}  // namespace hearth::storage
