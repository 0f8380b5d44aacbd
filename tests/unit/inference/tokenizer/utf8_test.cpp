#include "inference/tokenizer/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace hearth {
namespace {

std::string encode(std::uint32_t codePoint) {
    std::string text;
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (codePoint < 0x80) {
        add(codePoint);
    } else if (codePoint < 0x800) {
        add(0xc0 | codePoint >> 6U);
        add(0x80 | (codePoint & 0x3f));
    } else if (codePoint < 0x10000) {
        add(0xe0 | codePoint >> 12U);
        add(0x80 | (codePoint >> 6U & 0x3f));
        add(0x80 | (codePoint & 0x3f));
    } else {
        add(0xf0 | codePoint >> 18U);
        add(0x80 | (codePoint >> 12U & 0x3f));
        add(0x80 | (codePoint >> 6U & 0x3f));
        add(0x80 | (codePoint & 0x3f));
    }
    return text;
}

TEST(Utf8, ReadsEveryCodePointAndRefusesSurrogates) {
    for (std::uint32_t codePoint = 0; codePoint < 0x110000; ++codePoint) {
        const std::string text = encode(codePoint) + "x";
        const Utf8Unit unit = firstUtf8Unit(text);
        const bool isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
        ASSERT_EQ(unit.isValid, !isSurrogate) << codePoint;
        if (!isSurrogate) {
            ASSERT_EQ(unit.codePoint, codePoint);
            ASSERT_EQ(unit.length, text.size() - 1);
        }
    }
}

TEST(Utf8, GivesTheMaximalStartOfWhatIsInvalid) {
    const auto expectInvalid = [](std::string_view bytes, std::size_t length, bool isCutOff) {
        const Utf8Unit unit = firstUtf8Unit(bytes);
        EXPECT_FALSE(unit.isValid) << bytes;
        EXPECT_EQ(unit.length, length) << bytes;
        EXPECT_EQ(unit.isCutOff, isCutOff) << bytes;
    };
    expectInvalid("\x80", 1, false);
    expectInvalid("\xc0\x80", 1, false);          // overlong
    expectInvalid("\xe0\x80\x80", 1, false);      // overlong
    expectInvalid("\xf0\x8f\xbf\xbf", 1, false);  // overlong
    expectInvalid("\xed\xa0\x80", 1, false);      // surrogate
    expectInvalid("\xf4\x90\x80\x80", 1, false);  // above U+10FFFF
    expectInvalid("\xf5", 1, false);
    expectInvalid("\xff", 1, false);
    expectInvalid("\xe2\x82x", 2, false);
    expectInvalid("\xf0\x9f\x98x", 3, false);
    expectInvalid("\xf0\x9f\x98", 3, true);
    expectInvalid("\xf0\x9f", 2, true);
    expectInvalid("\xf0", 1, true);
    expectInvalid("\xc3", 1, true);
}

TEST(Utf8, FindsTheEndOfValidText) {
    EXPECT_EQ(validUtf8Length(""), 0U);
    EXPECT_EQ(validUtf8Length("plain text that is longer than eight bytes"), 42U);
    EXPECT_EQ(validUtf8Length("12345678\xff"), 8U);
    EXPECT_EQ(validUtf8Length("123\xc3\xa9 78901234567\xe2\x82"), 17U);
    EXPECT_EQ(validUtf8Length("\xff"), 0U);
}

}  // namespace
}  // namespace hearth
