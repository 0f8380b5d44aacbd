#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/open_engine.h"
#include "app/core/attachment_loader.h"
#include "app/core/program_files.h"
#include "app/core/prompt_tokens.h"
#include "app/core/summarizer.h"
#include "inference/gguf/printable.h"

namespace hearth::cli {
namespace {

/// A passage of 500 tokens, its instruction and its note fit with room to spare.
constexpr std::int64_t kContextTokens = 4096;

std::string toJsonLine(const app::Summary& summary) {
    nlohmann::json sections = nlohmann::json::array();
    for (const app::SummarySection& section : summary.sections) {
        sections.push_back({{"first_page", section.firstPage},
                            {"last_page", section.lastPage},
                            {"note", section.note}});
    }
    nlohmann::json citations = nlohmann::json::array();
    for (const app::Citation& citation : summary.citations) {
        citations.push_back({{"page", citation.pageNumber},
                             {"quote", citation.quote},
                             {"verified", citation.isVerified}});
    }
    const app::SummaryCoverage& coverage = summary.coverage;
    return nlohmann::json{{"summary", summary.text},
                          {"sections", sections},
                          {"citations", citations},
                          {"coverage",
                           {{"pages", coverage.pages},
                            {"pages_read", coverage.pagesRead},
                            {"tokens", coverage.tokens},
                            {"tokens_read", coverage.tokensRead}}}}
        .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void printForPeople(const app::Summary& summary) {
    std::printf("%s\n", summary.text.c_str());
    if (!summary.citations.empty()) {
        std::printf("\nWhere it says so:\n");
    }
    for (const app::Citation& citation : summary.citations) {
        std::printf("  p. %d: \"%s\"%s\n", citation.pageNumber, citation.quote.c_str(),
                    citation.isVerified ? "" : " (not found on the page)");
    }
    const app::SummaryCoverage& coverage = summary.coverage;
    std::printf("\nRead %d of %d pages with text, %lld tokens.\n", coverage.pagesRead,
                coverage.pages, static_cast<long long>(coverage.tokensRead));
}

}  // namespace

Status runSummarize(const SummarizeArguments& arguments) {
    HEARTH_RETURN_IF_ERROR(checkDevice(arguments));
    HEARTH_ASSIGN_OR_RETURN(const std::filesystem::path program, app::findDecoderProgram());
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<media::DecoderClient> client,
                            media::DecoderClient::open({.programPath = program}));
    HEARTH_ASSIGN_OR_RETURN(
        const app::LoadedAttachment attachment,
        app::AttachmentLoader(*client).load(arguments.file, app::AttachmentKind::Document, {}));
    HEARTH_ASSIGN_OR_RETURN(const std::unique_ptr<Engine> engine,
                            openEngine(arguments, {.contextTokens = kContextTokens}));
    HEARTH_RETURN_IF_ERROR(app::checkChatTokens(engine->model().tokenizer()));
    if (!attachment.report.warning.empty()) {
        std::fprintf(stderr, "[%s: %s]\n",
                     printableText(arguments.file.filename().string()).c_str(),
                     attachment.report.warning.c_str());
    }
    const app::SummaryLength length = arguments.length == "short"  ? app::SummaryLength::Short
                                      : arguments.length == "long" ? app::SummaryLength::Long
                                                                   : app::SummaryLength::Medium;
    const bool showsProgress = isatty(STDERR_FILENO) != 0;
    app::Summarizer summarizer(*engine);
    HEARTH_ASSIGN_OR_RETURN(
        const app::Summary summary,
        summarizer.summarize(std::get<media::Document>(attachment.content).pages, length,
                             [showsProgress](double part) {
                                 if (showsProgress) {
                                     std::fprintf(stderr, "\rReading: %.0f %%%s", 100 * part,
                                                  part >= 1 ? "\n" : "");
                                 }
                             },
                             {}));
    if (arguments.isJson) {
        std::printf("%s\n", toJsonLine(summary).c_str());
    } else {
        printForPeople(summary);
    }
    return {};
}

}  // namespace hearth::cli
