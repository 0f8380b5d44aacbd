#pragma once

#include <string>
#include <string_view>

#include "inference/tokenizer/tokenizer.h"
#include "inference/tokenizer/utf8_stream.h"
#include "kernels/base/check.h"

namespace hearth {

/// Encodes `text` in every way and checks that it comes back exactly.
inline void checkRoundTrip(const Tokenizer& tokenizer, std::string_view text) {
    for (const bool parsesSpecial : {false, true}) {
        const auto tokens = tokenizer.encode(text, {.parsesSpecial = parsesSpecial});
        HEARTH_CHECK(tokens.has_value());
        const auto decoded = tokenizer.decode(*tokens);
        HEARTH_CHECK(decoded.has_value() && *decoded == text);
        Utf8Stream whole;
        std::string expected = whole.push(text);
        expected += whole.finish();
        Utf8Stream stream;
        std::string shown;
        for (const TokenId token : *tokens) {
            HEARTH_CHECK(parsesSpecial || !tokenizer.isControl(token));
            shown += stream.push(tokenizer.tokenBytes(token));
        }
        shown += stream.finish();
        HEARTH_CHECK(shown == expected);
    }
}

}  // namespace hearth
