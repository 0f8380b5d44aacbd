#include <libxml/HTMLparser.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "media/decoder/formats/document.h"
#include "media/decoder/formats/text_encoding.h"
#include "media/decoder/formats/text_flow.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

using std::literals::string_view_literals::operator""sv;

using HtmlContextPtr = std::unique_ptr<htmlParserCtxt, decltype(&htmlFreeParserCtxt)>;

constexpr std::array kDropped{"script"sv, "style"sv,  "noscript"sv, "template"sv, "svg"sv,
                              "iframe"sv, "object"sv, "canvas"sv,   "select"sv,   "math"sv};
constexpr std::array kParagraphs{"p"sv,  "h1"sv, "h2"sv,   "h3"sv,    "h4"sv,         "h5"sv,
                                 "h6"sv, "ul"sv, "ol"sv,   "table"sv, "blockquote"sv, "pre"sv,
                                 "hr"sv, "dl"sv, "form"sv, "figure"sv};
constexpr std::array kLines{"div"sv,        "li"sv,      "tr"sv,     "br"sv,      "section"sv,
                            "article"sv,    "header"sv,  "footer"sv, "main"sv,    "nav"sv,
                            "aside"sv,      "dt"sv,      "dd"sv,     "caption"sv, "option"sv,
                            "figcaption"sv, "address"sv, "body"sv,   "fieldset"sv};

template <class Names>
bool contains(const Names& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// What the parser's events build.
struct HtmlReader {
    TextFlow flow;
    std::string title;
    int droppedDepth = 0;  ///< open elements whose text is not shown
    int preDepth = 0;
    bool isInTitle = false;
    bool isFirstCell = true;

    void open(std::string_view name) {
        if (contains(kDropped, name)) {
            ++droppedDepth;
        } else if (name == "title") {
            isInTitle = title.empty();
            ++droppedDepth;
        }
        if (droppedDepth > 0) {
            return;
        }
        breakFor(name);
        if (name == "li") {
            flow.addMark("- ");
        } else if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
            flow.addMark("######"sv.substr(0, static_cast<std::size_t>(name[1] - '0')));
            flow.addMark(" ");
        } else if (name == "tr") {
            isFirstCell = true;
        } else if (name == "td" || name == "th") {
            if (!isFirstCell) {
                flow.addMark("\t");
            }
            isFirstCell = false;
        }
        preDepth += name == "pre" ? 1 : 0;
    }

    void close(std::string_view name) {
        if (contains(kDropped, name) || name == "title") {
            isInTitle = isInTitle && name != "title";
            droppedDepth = std::max(droppedDepth - 1, 0);
            return;
        }
        if (droppedDepth > 0) {
            return;
        }
        breakFor(name);
        preDepth = std::max(preDepth - (name == "pre" ? 1 : 0), 0);
    }

    void add(std::string_view text) {
        if (isInTitle) {
            title.append(text.substr(0, 4096 - std::min<std::size_t>(title.size(), 4096)));
        }
        if (droppedDepth > 0) {
            return;
        }
        if (preDepth > 0) {
            flow.addPreformatted(text);
        } else {
            flow.addText(text);
        }
    }

private:
    void breakFor(std::string_view name) {
        if (contains(kParagraphs, name)) {
            flow.breakParagraph();
        } else if (contains(kLines, name)) {
            flow.breakLine();
        }
    }
};

std::string_view viewOf(const xmlChar* text) {
    return reinterpret_cast<const char*>(text);
}

void onStartElement(void* reader, const xmlChar* name, const xmlChar** /*attributes*/) {
    static_cast<HtmlReader*>(reader)->open(viewOf(name));
}

void onEndElement(void* reader, const xmlChar* name) {
    static_cast<HtmlReader*>(reader)->close(viewOf(name));
}

void onText(void* reader, const xmlChar* text, int bytes) {
    static_cast<HtmlReader*>(reader)->add(
        std::string_view(reinterpret_cast<const char*>(text), static_cast<std::size_t>(bytes)));
}

/// The encoding that a meta element or an XML line near the start names; empty if none does.
std::string declaredEncoding(std::span<const std::byte> file) {
    std::string head(reinterpret_cast<const char*>(file.data()),
                     std::min<std::size_t>(file.size(), 2048));
    std::transform(head.begin(), head.end(), head.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const std::string_view key : {"charset="sv, "encoding="sv}) {
        std::size_t begin = head.find(key);
        if (begin == std::string::npos) {
            continue;
        }
        begin = head.find_first_not_of("\"' ", begin + key.size());
        // ICU is lenient with names and would accept one with bytes of anything in it.
        const std::size_t end =
            std::min(head.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.:+", begin),
                     head.size());
        if (begin < end && end - begin < 40) {
            return head.substr(begin, end - begin);
        }
    }
    return {};
}

}  // namespace

Result<DocumentText> decodeHtml(std::span<const std::byte> file, const JobContext& context) {
    HEARTH_ASSIGN_OR_RETURN(const UnicodeText unicode,
                            toUnicode(file, declaredEncoding(file), context));
    if (unicode.text.size() > 0x7FFFFFFFU) {
        return checkTextBytes(unicode.text.size(), context);
    }
    // Events instead of a tree: a million nested elements cost nothing here.
    const HtmlContextPtr parser(htmlNewParserCtxt(), &htmlFreeParserCtxt);
    if (!parser) {
        return Status(ErrorCode::OutOfMemory, "not enough memory for the document");
    }
    HtmlReader reader;
    *parser->sax = htmlSAXHandler{};
    parser->sax->startElement = &onStartElement;
    parser->sax->endElement = &onEndElement;
    parser->sax->characters = &onText;
    parser->sax->cdataBlock = &onText;
    parser->sax->ignorableWhitespace = &onText;
    parser->userData = &reader;
    // The text is UTF-8 by now, whatever the file says of itself.
    const xmlDocPtr tree = htmlCtxtReadMemory(
        parser.get(), unicode.text.data(), static_cast<int>(unicode.text.size()), nullptr, "UTF-8",
        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
            HTML_PARSE_IGNORE_ENC);
    if (tree != nullptr) {
        xmlFreeDoc(tree);
    }
    HEARTH_RETURN_IF_ERROR(checkTextBytes(reader.flow.text().size(), context));
    DocumentText document;
    document.format = "HTML";
    document.encoding = unicode.encoding;
    document.title = cleanLine(reader.title, 512);
    document.pages = splitIntoPages(cleanText(reader.flow.text()));
    return document;
}

}  // namespace hearth::media
