#include "kernels/base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace hearth {
namespace {

Result<int> half(int value) {
    if (value % 2 != 0) {
        return Status(ErrorCode::InvalidArgument, "odd");
    }
    return value / 2;
}

Result<int> quarter(int value) {
    HEARTH_ASSIGN_OR_RETURN(const int once, half(value));
    HEARTH_ASSIGN_OR_RETURN(const int twice, half(once));
    return twice;
}

Status check(int value) {
    HEARTH_RETURN_IF_ERROR(quarter(value).has_value() ? Status()
                                                      : Status(ErrorCode::Internal, "no quarter"));
    return {};
}

TEST(Status, SuccessHasNoText) {
    const Status status;
    EXPECT_TRUE(status.isOk());
    EXPECT_TRUE(status.message().empty());
}

TEST(Status, ContextIsPutBeforeTheText) {
    const Status status = Status(ErrorCode::Io, "disk full").withContext("saving chat");
    EXPECT_EQ(status.code(), ErrorCode::Io);
    EXPECT_EQ(status.message(), "saving chat: disk full");
    EXPECT_TRUE(Status().withContext("anything").isOk());
}

TEST(Status, AdviceFollowsTheTextOfItsKind) {
    const auto advised = [](Status status) {
        return std::move(status).withAdvice(ErrorCode::OutOfMemory, "close a program");
    };
    EXPECT_EQ(advised(Status(ErrorCode::OutOfMemory, "full")).message(), "full; close a program");
    EXPECT_EQ(advised(Status(ErrorCode::OutOfMemory, "full")).code(), ErrorCode::OutOfMemory);
    EXPECT_EQ(advised(Status(ErrorCode::Io, "disk full")).message(), "disk full");
    EXPECT_TRUE(advised(Status()).isOk());
}

TEST(Status, CopiesAreIndependent) {
    const Status first(ErrorCode::NotFound, "gone");
    Status second = first;
    second = std::move(second).withContext("here");
    EXPECT_EQ(first.message(), "gone");
    EXPECT_EQ(second.message(), "here: gone");
}

TEST(Result, MacrosCarryValuesAndErrors) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_EQ(quarter(6).error().code(), ErrorCode::InvalidArgument);
    EXPECT_TRUE(check(8).isOk());
    EXPECT_EQ(check(2).code(), ErrorCode::Internal);
}

TEST(Result, HoldsMoveOnlyValues) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
    const std::unique_ptr<int> owned = std::move(result).value();
    EXPECT_EQ(*owned, 5);
}

Result<std::vector<std::string>> words() {
    return std::vector<std::string>{"words that are too long for", "a string's own small buffer"};
}

template <class R>
concept HasArrow = requires {
    std::declval<R>()->size();
};

TEST(Result, TemporariesHandOutTheirContentByValue) {
    static_assert(std::is_same_v<decltype(words().value()), std::vector<std::string>>);
    static_assert(std::is_same_v<decltype(*words()), std::vector<std::string>>);
    static_assert(std::is_same_v<decltype(words().error()), Status>);
    static_assert(std::is_same_v<decltype(words().error().message()), std::string>);
    static_assert(HasArrow<Result<std::string>&> && !HasArrow<Result<std::string>>);
    // Until C++23 the temporaries of a range but the last one end before the loop begins.
    std::string joined;
    for (const std::string& word : words().value()) {
        joined += word + ' ';
    }
    for (const std::string& word : *words()) {
        joined += word + ' ';
    }
    for (const char letter : half(1).error().message()) {
        joined += letter;
    }
    EXPECT_EQ(joined,
              "words that are too long for a string's own small buffer "
              "words that are too long for a string's own small buffer odd");
}

TEST(ResultDeathTest, ReadingTheWrongStateAborts) {
    EXPECT_DEATH(static_cast<void>(half(1).value()), "check failed");
    EXPECT_DEATH(static_cast<void>(half(2).error()), "check failed");
}

}  // namespace
}  // namespace hearth
