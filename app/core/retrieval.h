#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/attachment.h"
#include "kernels/base/status.h"

namespace hearth::storage {
class DocumentStore;
}

namespace hearth::app {

/// How much of a document is put before the model.
struct RetrievalOptions {
    bool isOn = true;               ///< off: always the whole text
    int wholeDocumentTokens = 900;  ///< a document of at most so many tokens is given whole
    int maxPassages = 4;            ///< passages of a longer one
};

/// The texts of one document that a question is answered from, in reading order.
struct Retrieved {
    std::vector<std::string> texts;
    std::vector<PassageReport> passages;  ///< one a text; empty when the document is given whole
    bool isWhole = false;
    int tokens = 0;  ///< of all texts
};

/// Chooses what of `document` (its pages, UTF-8) the model reads for `question`: all of it, or the
/// best passages that the store finds; where nothing matches the question, the beginning.
/// `countTokens` tells the length of a text.
Result<Retrieved> retrieve(storage::DocumentStore& store, std::int64_t document,
                           std::span<const std::string> pages, std::string_view question,
                           const RetrievalOptions& options,
                           const std::function<int(std::string_view)>& countTokens);

}  // namespace hearth::app
