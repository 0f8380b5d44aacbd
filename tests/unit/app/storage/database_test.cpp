#include "app/storage/database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace hearth::storage {
namespace {

TEST(Database, BindsAndReadsEveryType) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute("CREATE TABLE t(a INTEGER, b REAL, c TEXT)").isOk());
    auto insert = std::move(database->prepare("INSERT INTO t VALUES (?, ?, ?)")).value();
    const std::string text("a\0'b", 4);
    ASSERT_TRUE(insert.bind(1, std::int64_t{-7}).bind(2, 2.5).bind(3, text).run().isOk());
    auto select = std::move(database->prepare("SELECT a, b, c FROM t")).value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.columnInt(0), -7);
    EXPECT_EQ(select.columnDouble(1), 2.5);
    EXPECT_EQ(select.columnText(2), text);
    EXPECT_FALSE(select.step().value());
}

TEST(Database, ErrorsNameTheStatement) {
    auto database = std::move(Database::open(":memory:")).value();
    const auto result = database->prepare("SELECT nothing FROM nowhere");
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().message().find("nowhere"), std::string::npos);
    EXPECT_FALSE(database->execute("CREATE TABLE").isOk());
}

TEST(Database, AFileThatIsNoDatabaseIsRefused) {
    const auto path = std::filesystem::path(testing::TempDir()) / "not_a_database.sqlite";
    std::ofstream(path) << std::string(4096, 'x');
    const auto result = Database::open(path);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::CorruptData);
    std::filesystem::remove(path);
    EXPECT_FALSE(Database::open("/nonexistent-folder/x.sqlite").has_value());
}

TEST(Transaction, RollsBackUnlessCommitted) {
    auto database = std::move(Database::open(":memory:")).value();
    ASSERT_TRUE(database->execute("CREATE TABLE t(a)").isOk());
    {
        auto transaction = std::move(Transaction::begin(*database)).value();
        ASSERT_TRUE(database->execute("INSERT INTO t VALUES (1)").isOk());
    }
    {
        auto transaction = std::move(Transaction::begin(*database)).value();
        ASSERT_TRUE(database->execute("INSERT INTO t VALUES (2)").isOk());
        ASSERT_TRUE(transaction.commit().isOk());
    }
    auto select = std::move(database->prepare("SELECT sum(a) FROM t")).value();
    ASSERT_TRUE(select.step().value());
    EXPECT_EQ(select.columnInt(0), 2);
}

}  // namespace
}  // namespace hearth::storage
