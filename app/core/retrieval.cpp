#include "app/core/retrieval.h"

#include <algorithm>
#include <tuple>

#include "app/storage/document_store.h"

namespace hearth::app {
namespace {

/// The first passages of the document, for a question without a word to look for ("What is this
/// about?").
std::vector<storage::ChunkHit> firstPassages(std::span<const std::string> pages, int limit) {
    std::vector<storage::ChunkHit> passages;
    for (std::size_t i = 0; i < pages.size(); ++i) {
        for (const auto& [begin, end] : storage::splitIntoChunks(pages[i])) {
            if (static_cast<int>(passages.size()) == limit) {
                return passages;
            }
            storage::ChunkHit passage;
            passage.pageNumber = static_cast<int>(i + 1);
            passage.beginByte = begin;
            passage.endByte = end;
            passage.text = pages[i].substr(begin, end - begin);
            passages.push_back(std::move(passage));
        }
    }
    return passages;
}

std::string joined(std::span<const std::string> pages) {
    std::string text;
    for (const std::string& page : pages) {
        if (!text.empty() && !page.empty()) {
            text += "\n\n";
        }
        text += page;
    }
    return text;
}

}  // namespace

Result<Retrieved> retrieve(storage::DocumentStore& store, std::int64_t document,
                           std::span<const std::string> pages, std::string_view question,
                           const RetrievalOptions& options,
                           const std::function<int(std::string_view)>& countTokens) {
    Retrieved result;
    // A token is at least one byte and seldom more than eight, so a long text is not tokenized just
    // to be measured.
    constexpr std::size_t kMaxBytesPerToken = 8;
    std::size_t bytes = 0;
    for (const std::string& page : pages) {
        bytes += page.size();
    }
    const auto wholeTokens = static_cast<std::size_t>(options.wholeDocumentTokens);
    if (!options.isOn || bytes <= wholeTokens * kMaxBytesPerToken) {
        std::string text = joined(pages);
        const int tokens = countTokens(text);
        if (!options.isOn || tokens <= options.wholeDocumentTokens) {
            result.isWhole = true;
            result.tokens = tokens;
            result.texts.push_back(std::move(text));
            return result;
        }
    }
    HEARTH_ASSIGN_OR_RETURN(
        std::vector<storage::ChunkHit> hits,
        store.search(question, std::vector<std::int64_t>{document}, options.maxPassages));
    if (hits.empty()) {
        hits = firstPassages(pages, options.maxPassages);
    }
    std::sort(hits.begin(), hits.end(), [](const storage::ChunkHit& a, const storage::ChunkHit& b) {
        return std::tie(a.pageNumber, a.beginByte) < std::tie(b.pageNumber, b.beginByte);
    });
    for (storage::ChunkHit& hit : hits) {
        result.tokens += countTokens(hit.text);
        result.passages.push_back({hit.pageNumber, hit.beginByte, hit.endByte});
        result.texts.push_back(std::move(hit.text));
    }
    return result;
}

}  // namespace hearth::app
