#include "app/storage/chat_store.h"

#include <gtest/gtest.h>

#include "app/storage/settings_store.h"
#include "tests/unit/app/storage/store_fixture.h"

namespace hearth::storage {
namespace {

class ChatStoreTest : public MemoryStoreTest {
protected:
    ChatId create(std::string_view title) {
        m_time.advance(std::chrono::seconds(1));
        return ChatStore(*m_database, m_time.clock()).create(title).value();
    }
    std::string titles(ChatStore& chats) {
        std::string result;
        for (const Chat& chat : chats.list().value()) {
            result += chat.title;
        }
        return result;
    }
};

TEST_F(ChatStoreTest, ListsPinnedChatsFirstAndThenTheNewest) {
    ChatStore chats(*m_database, m_time.clock());
    create("a");
    const ChatId b = create("b");
    create("c");
    EXPECT_EQ(titles(chats), "cba");
    ASSERT_TRUE(chats.setPinned(b, true).isOk());
    EXPECT_EQ(titles(chats), "bca");
    EXPECT_TRUE(chats.chat(b).value().isPinned);
    ASSERT_TRUE(chats.setPinned(b, false).isOk());
    EXPECT_EQ(titles(chats), "cba");
    EXPECT_EQ(chats.setPinned(99, true).code(), ErrorCode::NotFound);
    EXPECT_EQ(chats.chat(99).error().code(), ErrorCode::NotFound);
}

TEST_F(ChatStoreTest, AnAutomaticTitleDoesNotReplaceAPersonsOne) {
    ChatStore chats(*m_database, m_time.clock());
    const ChatId id = chats.create().value();
    ASSERT_TRUE(chats.setAutomaticTitle(id, "About boats").isOk());
    EXPECT_EQ(chats.chat(id).value().title, "About boats");
    ASSERT_TRUE(chats.rename(id, "Boats").isOk());
    ASSERT_TRUE(chats.setAutomaticTitle(id, "Something").isOk());
    EXPECT_EQ(chats.chat(id).value().title, "Boats");
    EXPECT_TRUE(chats.chat(id).value().isTitleManual);
    EXPECT_EQ(chats.rename(99, "x").code(), ErrorCode::NotFound);
}

TEST_F(ChatStoreTest, FoldersHoldChatsAndCanBeRenamedMergedAndRemoved) {
    ChatStore chats(*m_database, m_time.clock());
    const ChatId id = chats.create("a", "Work").value();
    const ChatId other = chats.create("b").value();
    ASSERT_TRUE(chats.addFolder("Home").isOk());
    ASSERT_TRUE(chats.addFolder("Home").isOk());
    ASSERT_TRUE(chats.moveToFolder(other, "Home").isOk());
    EXPECT_EQ(chats.folders().value().size(), 2U);
    EXPECT_EQ(chats.folders().value()[0].name, "Work");
    ASSERT_TRUE(chats.orderFolders({"Home"}).isOk());
    EXPECT_EQ(chats.folders().value()[0].name, "Home");
    ASSERT_TRUE(chats.renameFolder("Work", "Office").isOk());
    EXPECT_EQ(chats.chat(id).value().folder, "Office");
    ASSERT_TRUE(chats.renameFolder("Office", "Home").isOk());
    EXPECT_EQ(chats.chat(id).value().folder, "Home");
    EXPECT_EQ(chats.folders().value().size(), 1U);
    EXPECT_EQ(chats.renameFolder("Office", "x").code(), ErrorCode::NotFound);
    EXPECT_EQ(chats.addFolder("").code(), ErrorCode::InvalidArgument);
    ASSERT_TRUE(chats.removeFolder("Home").isOk());
    EXPECT_EQ(chats.chat(id).value().folder, "");
    EXPECT_EQ(chats.chat(other).value().folder, "");
    EXPECT_EQ(count("chats"), 2);
}

TEST_F(ChatStoreTest, DraftsAndSettingsAreKept) {
    ChatStore chats(*m_database, m_time.clock());
    EXPECT_EQ(chats.draft(0).value(), "");
    ASSERT_TRUE(chats.setDraft(0, "half a thou").isOk());
    ASSERT_TRUE(chats.setDraft(0, "half a thought").isOk());
    EXPECT_EQ(chats.draft(0).value(), "half a thought");
    ASSERT_TRUE(chats.setDraft(0, "").isOk());
    EXPECT_EQ(count("drafts"), 0);

    SettingsStore settings(*m_database);
    EXPECT_EQ(settings.value("theme").value(), std::nullopt);
    ASSERT_TRUE(settings.set("theme", "dark").isOk());
    ASSERT_TRUE(settings.set("theme", "light").isOk());
    EXPECT_EQ(settings.value("theme").value(), "light");
    ASSERT_TRUE(settings.remove("theme").isOk());
    EXPECT_EQ(settings.value("theme").value(), std::nullopt);
}

TEST_F(ChatStoreTest, AReadOnlyStoreRefusesChangesWithItsReason) {
    m_database->setReadOnly("another copy of Hearth has the store");
    ChatStore chats(*m_database, m_time.clock());
    const Status status = chats.create("a").error();
    EXPECT_EQ(status.code(), ErrorCode::Unsupported);
    EXPECT_EQ(status.message(), "another copy of Hearth has the store");
    EXPECT_TRUE(chats.list().has_value());
}

}  // namespace
}  // namespace hearth::storage
