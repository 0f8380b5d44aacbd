#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string>

#include "media/decoder/formats/document.h"
#include "media/decoder/formats/xml_events.h"
#include "media/decoder/formats/zip_parts.h"
#include "media/decoder/utf8.h"

namespace hearth::media {
namespace {

using Parts = std::map<std::string, std::string>;

constexpr const char* kMainPart = "word/document.xml";
constexpr const char* kStylesPart = "word/styles.xml";
constexpr const char* kPropertiesPart = "docProps/core.xml";
/// XML takes many times the bytes of its text; what is far beyond is a bomb.
constexpr std::uint64_t kMaxPartBytes = std::uint64_t{256} << 20U;

/// Level of headings by style id, 1 to 6. Ids are translated by the word processor, names are not.
using HeadingStyles = std::map<std::string, int>;

std::optional<int> numberIn(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

std::optional<int> headingLevel(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (name == "title") {
        return 1;
    }
    if (!name.starts_with("heading ")) {
        return std::nullopt;
    }
    const std::optional<int> level = numberIn(std::string_view(name).substr(8));
    return level ? std::optional(std::clamp(*level, 1, 6)) : std::nullopt;
}

Result<HeadingStyles> readStyles(const Parts& parts) {
    HeadingStyles styles;
    const auto part = parts.find(kStylesPart);
    if (part == parts.end()) {
        return styles;
    }
    std::string id;
    XmlEvents events;
    events.onOpen = [&](const XmlElement& element) {
        if (element.name() == "style") {
            id = element.attribute("styleId");
        } else if (element.name() == "name" && !id.empty()) {
            if (const std::optional<int> level = headingLevel(element.attribute("val"))) {
                styles[id] = *level;
            }
        }
    };
    events.onClose = [](std::string_view) {};
    events.onText = [](std::string_view) {};
    HEARTH_RETURN_IF_ERROR(readXml(part->second, kStylesPart, events));
    return styles;
}

Result<std::string> readTitle(const Parts& parts) {
    const auto part = parts.find(kPropertiesPart);
    std::string title;
    if (part == parts.end()) {
        return title;
    }
    bool isInTitle = false;
    XmlEvents events;
    events.onOpen = [&](const XmlElement& element) { isInTitle = element.name() == "title"; };
    events.onClose = [&](std::string_view) { isInTitle = false; };
    events.onText = [&](std::string_view text) {
        if (isInTitle && title.size() < 4096) {
            title += text;
        }
    };
    HEARTH_RETURN_IF_ERROR(readXml(part->second, kPropertiesPart, events));
    return cleanLine(title, 512);
}

/// Builds pages out of the elements of the main part (ECMA-376 part 1, section 17).
class BodyReader {
public:
    explicit BodyReader(HeadingStyles styles) : m_styles(std::move(styles)) {}

    void open(const XmlElement& element) {
        const std::string_view name = element.name();
        // The content before it says the same for newer programs.
        if (name == "Fallback") {
            ++m_fallbackDepth;
        }
        if (m_fallbackDepth > 0) {
            return;
        }
        if (name == "t") {
            m_isInText = true;
        } else if (name == "tab" && m_isInRun) {
            m_paragraph += '\t';
        } else if (name == "br" || name == "cr") {
            if (element.attribute("type") == "page") {
                breakPage();
            } else {
                m_paragraph += '\n';
            }
        } else if (name == "lastRenderedPageBreak") {
            m_hasRenderedBreaks = true;
            breakPage();
        } else if (name == "pageBreakBefore" && isOn(element)) {
            breakPage();
        } else if (name == "noBreakHyphen") {
            m_paragraph += '-';
        } else if (name == "r") {
            m_isInRun = true;
        } else if (name == "p") {
            m_heading = 0;
            m_isListItem = false;
        } else if (name == "pStyle") {
            const auto style = m_styles.find(element.attribute("val"));
            m_heading = style != m_styles.end() ? style->second : m_heading;
        } else if (name == "outlineLvl") {
            const std::optional<int> level = numberIn(element.attribute("val"));
            m_heading = level && *level < 6 ? std::max(*level, 0) + 1 : m_heading;
        } else if (name == "numPr") {
            m_isListItem = true;
        } else if (name == "tbl") {
            ++m_tableDepth;
        } else if (name == "tr" && m_tableDepth == 1) {
            m_isFirstCell = true;
        } else if (name == "tc" && m_tableDepth == 1) {
            m_row += m_isFirstCell ? "" : "\t";
            m_isFirstCell = false;
            m_isCellEmpty = true;
        }
    }

    void close(std::string_view name) {
        if (name == "Fallback") {
            m_fallbackDepth = std::max(m_fallbackDepth - 1, 0);
            return;
        }
        if (m_fallbackDepth > 0) {
            return;
        }
        if (name == "t") {
            m_isInText = false;
        } else if (name == "r") {
            m_isInRun = false;
        } else if (name == "p") {
            endParagraph();
        } else if (name == "tr" && m_tableDepth == 1) {
            m_pages.back() += m_row + '\n';
            m_row.clear();
        } else if (name == "tbl") {
            m_tableDepth = std::max(m_tableDepth - 1, 0);
            m_pages.back() += m_tableDepth == 0 ? "\n" : "";
        }
    }

    void text(std::string_view text) {
        if (m_isInText && m_fallbackDepth == 0) {
            m_paragraph += text;
        }
    }

    /// Hands the pages over. Word notes where it broke pages; other programs write only the breaks
    /// that people put in, and pages between these can be of any length.
    void finish(DocumentText& document) {
        endParagraph();
        document.hasOwnPages = m_hasRenderedBreaks;
        for (std::string& page : m_pages) {
            const std::string clean = cleanText(page);
            if (m_hasRenderedBreaks) {
                document.pages.push_back(clean);
                std::string& kept = document.pages.back();
                kept.erase(kept.find_last_not_of(" \t\n\f") + 1);
                kept.erase(0, std::min(kept.find_first_not_of('\n'), kept.size()));
            } else {
                for (std::string& piece : splitIntoPages(clean)) {
                    document.pages.push_back(std::move(piece));
                }
            }
        }
    }

private:
    static bool isOn(const XmlElement& element) {
        const std::string value = element.attribute("val");
        return value != "0" && value != "false" && value != "off";
    }

    void endParagraph() {
        if (m_tableDepth > 0) {
            // Paragraphs of a cell, and tables inside it, become one line.
            std::replace(m_paragraph.begin(), m_paragraph.end(), '\n', ' ');
            if (!m_paragraph.empty()) {
                m_row += (m_isCellEmpty ? "" : " ") + m_paragraph;
                m_isCellEmpty = false;
            }
        } else if (!m_paragraph.empty()) {
            if (m_heading > 0) {
                m_pages.back() += std::string(static_cast<std::size_t>(m_heading), '#') + ' ';
            } else if (m_isListItem) {
                m_pages.back() += "- ";
            }
            m_pages.back() += m_paragraph + (m_isListItem ? "\n" : "\n\n");
        }
        m_paragraph.clear();
    }

    void breakPage() {
        // Inside a table the row cannot be cut; the page changes behind it.
        if (m_tableDepth > 0) {
            return;
        }
        const int heading = m_heading;
        const bool isListItem = m_isListItem;
        endParagraph();
        m_heading = heading;
        m_isListItem = isListItem;
        const bool isBlank = m_pages.back().find_first_not_of(" \t\n") == std::string::npos;
        // A break that a person put in is followed by a noted one at the same place.
        if (!isBlank) {
            m_pages.emplace_back();
        }
    }

    HeadingStyles m_styles;
    std::vector<std::string> m_pages{std::string()};
    std::string m_paragraph;
    std::string m_row;
    int m_heading = 0;
    int m_tableDepth = 0;
    int m_fallbackDepth = 0;
    bool m_isListItem = false;
    bool m_isFirstCell = true;
    bool m_isCellEmpty = true;
    bool m_isInText = false;
    bool m_isInRun = false;
    bool m_hasRenderedBreaks = false;
};

}  // namespace

bool isDocx(std::span<const std::byte> file) {
    bool isFound = false;
    const auto names = unpackZipParts(file, 0, [&isFound](std::string_view name) {
        isFound = isFound || name == kMainPart;
        return false;
    });
    return names.has_value() && isFound;
}

Result<DocumentText> decodeDocx(std::span<const std::byte> file, const JobContext& context) {
    HEARTH_ASSIGN_OR_RETURN(
        const Parts parts,
        unpackZipParts(file, std::min(kMaxPartBytes, context.limits().maxMemoryBytes / 4),
                       [](std::string_view name) {
                           return name == kMainPart || name == kStylesPart ||
                                  name == kPropertiesPart;
                       }));
    const auto main = parts.find(kMainPart);
    if (main == parts.end()) {
        return Status(ErrorCode::Unsupported, "it is a zip file, but not a DOCX");
    }
    HEARTH_ASSIGN_OR_RETURN(HeadingStyles styles, readStyles(parts));
    DocumentText document;
    document.format = "DOCX";
    HEARTH_ASSIGN_OR_RETURN(document.title, readTitle(parts));
    BodyReader reader(std::move(styles));
    XmlEvents events;
    events.onOpen = [&reader](const XmlElement& element) { reader.open(element); };
    events.onClose = [&reader](std::string_view name) { reader.close(name); };
    events.onText = [&reader](std::string_view text) { reader.text(text); };
    HEARTH_RETURN_IF_ERROR(readXml(main->second, kMainPart, events));
    reader.finish(document);
    return document;
}

}  // namespace hearth::media
