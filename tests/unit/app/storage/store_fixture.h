#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "app/storage/database.h"
#include "app/storage/records.h"
#include "app/storage/schema.h"

namespace hearth::storage {

/// A clock that stands still until it is moved.
class ManualClock {
public:
    Clock clock() {
        return [this] { return m_now; };
    }
    void advance(std::chrono::microseconds by) { m_now += by; }
    Time now() const { return m_now; }

private:
    Time m_now{std::chrono::sys_days(std::chrono::year(2025) / 3 / 14)};
};

inline Part textPart(std::string_view text) {
    Part part;
    part.text = text;
    return part;
}

inline NewMessage newMessage(ChatId chat, std::optional<MessageId> parent, MessageRole role,
                             std::string_view text) {
    NewMessage message;
    message.chat = chat;
    message.parent = parent;
    message.role = role;
    message.parts.push_back(textPart(text));
    return message;
}

/// The texts of all parts of a message, one after the other.
inline std::string textOf(const Message& message) {
    std::string text;
    for (const Part& part : message.parts) {
        text += part.text;
    }
    return text;
}

/// The statements that make a store as version 1 wrote it, with something in each table.
const char* version1Store();

/// A migrated database in memory and a clock that stands still.
class MemoryStoreTest : public testing::Test {
protected:
    void SetUp() override {
        m_database = std::move(Database::open(":memory:")).value();
        ASSERT_TRUE(migrate(*m_database).isOk());
    }

    std::int64_t count(const std::string& table) {
        return m_database->queryInt("SELECT count(*) FROM " + table).value().value_or(-1);
    }

    ManualClock m_time;
    std::unique_ptr<Database> m_database;
};

}  // namespace hearth::storage
