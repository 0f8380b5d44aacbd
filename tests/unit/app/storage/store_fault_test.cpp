#include <gtest/gtest.h>

#include <cstdio>
#include <random>

#include "app/storage/file_system.h"
#include "tests/unit/app/storage/fault_vfs.h"
#include "tests/unit/app/storage/folder_store_fixture.h"

namespace hearth::storage {
namespace {

class StoreFaultTest : public FolderStoreTest {
protected:
    StoreOptions faultyOptions() {
        StoreOptions result = options();
        result.vfs = m_vfs.name();
        return result;
    }

    /// Sends messages and writes answers until something fails or `numSteps` are done; remembers
    /// what was acknowledged.
    void work(Store& store, int numSteps, bool goesOnAfterFailure) {
        const auto chat = store.chats().create("chat");
        if (!chat.has_value()) {
            return;
        }
        std::optional<MessageId> last;
        for (int step = 0; step < numSteps; ++step) {
            const std::string text = "step " + std::to_string(step) + std::string(700, 'x');
            const auto question =
                store.messages().add(newMessage(*chat, last, MessageRole::User, text));
            if (question.has_value()) {
                m_acknowledged[*question] = text;
                last = *question;
            } else if (!goesOnAfterFailure) {
                return;
            }
            const auto answer =
                store.messages().beginAnswer(newMessage(*chat, last, MessageRole::Assistant, ""));
            if (!answer.has_value()) {
                continue;
            }
            std::string whole;
            for (int word = 0; word < 3; ++word) {
                // A failure here keeps the word for the next time.
                const std::string piece = "word" + std::to_string(word) + " ";
                static_cast<void>(store.messages().append(*answer, piece).isOk());
                m_time.advance(kFlushInterval);
                static_cast<void>(store.messages().flushDue().isOk());
                whole += piece;
            }
            Status finished = store.messages().finishAnswer(*answer, MessageState::Complete);
            if (!finished.isOk() && goesOnAfterFailure) {
                m_vfs.clear();  // a person has made room
                finished = store.messages().finishAnswer(*answer, MessageState::Complete);
                EXPECT_TRUE(finished.isOk()) << finished.message();
            }
            if (!finished.isOk()) {
                return;
            }
            m_acknowledged[*answer] = whole;
            last = *answer;
        }
    }
    void expectAcknowledged(Store& store) {
        for (const auto& [id, text] : m_acknowledged) {
            const auto message = store.messages().message(id);
            ASSERT_TRUE(message.has_value()) << id;
            EXPECT_EQ(textOf(*message), text) << id;
        }
    }

    FaultVfs m_vfs;
    std::map<MessageId, std::string> m_acknowledged;
};

TEST_F(StoreFaultTest, EveryWriteMayFailAndNothingIsLost) {
    std::uint64_t numCalls = 0;
    {
        auto store = std::move(Store::open(faultyOptions())).value();
        const std::uint64_t before = m_vfs.numCalls();
        work(*store, 1, true);
        numCalls = m_vfs.numCalls() - before;
    }
    int numFailures = 0;
    for (const FaultVfs::Fault fault : {FaultVfs::Fault::DiskFull, FaultVfs::Fault::WriteError}) {
        for (std::uint64_t call = 0; call < numCalls; ++call) {
            std::filesystem::remove_all(folder());
            m_acknowledged.clear();
            m_vfs.clear();
            auto store = std::move(Store::open(faultyOptions())).value();
            m_vfs.failAt(call, fault, call % 2 == 0);
            work(*store, 1, true);
            numFailures += m_vfs.hasFailed() ? 1 : 0;
            m_vfs.clear();
            expectAcknowledged(*store);
            // It goes on as if nothing had been.
            const auto chat = store->chats().create("after");
            ASSERT_TRUE(chat.has_value()) << call << ": " << chat.error().message();
            m_acknowledged[add(*store, *chat, std::nullopt, "after")] = "after";
            store.reset();
            store = open();
            EXPECT_FALSE(store->report().salvage.has_value()) << call;
            EXPECT_EQ(store->report().numInterruptedAnswers, 0) << call;
            expectAcknowledged(*store);
            if (HasFailure()) {
                FAIL() << "call " << call;
            }
        }
    }
    std::printf("%d failed writes and syncs, at each of %d calls: nothing lost\n", numFailures,
                static_cast<int>(numCalls));
    EXPECT_GT(numFailures, 50);
}

TEST_F(StoreFaultTest, AFullDiskSaysSo) {
    auto store = std::move(Store::open(faultyOptions())).value();
    const ChatId chat = store->chats().create("chat").value();
    m_vfs.failAt(0, FaultVfs::Fault::DiskFull, true);
    const auto result =
        store->messages().add(newMessage(chat, std::nullopt, MessageRole::User, "hello"));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::Io);
    EXPECT_NE(result.error().message().find("space"), std::string::npos);
    EXPECT_TRUE(store->messages().branch(chat).value().empty());
    m_vfs.clear();
    add(*store, chat, std::nullopt, "hello");
    EXPECT_EQ(shown(*store, chat), "hello");
}

TEST_F(StoreFaultTest, WhatWasSyncedSurvivesAPowerFailure) {
    std::mt19937 random(41);
    std::size_t numAcknowledged = 0;
    constexpr int kRounds = 200;
    for (int round = 0; round < kRounds; ++round) {
        std::filesystem::remove_all(folder());
        m_acknowledged.clear();
        FaultVfs vfs;
        StoreOptions with = options();
        with.vfs = vfs.name();
        auto store = std::move(Store::open(with)).value();
        vfs.losePowerAt(random() % 240);
        work(*store, 6, false);
        const auto after = m_folder.path() / "after";
        std::filesystem::remove_all(after);
        // What is left is put aside before anything else is written.
        vfs.writeSurvivors(after, round % 2 == 0 ? nullptr : &random);
        store.reset();
        StoreOptions again = options();
        again.folder = after;
        auto survived = std::move(Store::open(again)).value();
        EXPECT_FALSE(survived->report().salvage.has_value()) << round;
        expectAcknowledged(*survived);
        numAcknowledged += m_acknowledged.size();
        if (HasFailure()) {
            FAIL() << "round " << round;
        }
    }
    std::printf("%d power failures: %zu acknowledged messages all there\n", kRounds,
                numAcknowledged);
    EXPECT_GT(numAcknowledged, 200U);
}

}  // namespace
}  // namespace hearth::storage
