#include "media/decoder/formats/xml_events.h"

#include <libxml/xmlreader.h>

#include <memory>

namespace hearth::media {
namespace {

using ReaderPtr = std::unique_ptr<xmlTextReader, decltype(&xmlFreeTextReader)>;

std::string_view viewOf(const xmlChar* text) {
    return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

class CurrentElement final : public XmlElement {
public:
    explicit CurrentElement(xmlTextReader* reader) noexcept : m_reader(reader) {}

    std::string_view name() const override { return viewOf(xmlTextReaderConstLocalName(m_reader)); }
    std::string attribute(std::string_view localName) const override {
        std::string value;
        while (xmlTextReaderMoveToNextAttribute(m_reader) == 1) {
            if (viewOf(xmlTextReaderConstLocalName(m_reader)) == localName) {
                value = viewOf(xmlTextReaderConstValue(m_reader));
                break;
            }
        }
        xmlTextReaderMoveToElement(m_reader);
        return value;
    }

private:
    xmlTextReader* m_reader;
};

void ignoreError(void* /*context*/, xmlErrorPtr /*error*/) {}

}  // namespace

Status readXml(std::string_view xml, std::string_view part, const XmlEvents& events) {
    const auto damaged = [&](const char* what) {
        return Status(ErrorCode::CorruptData, std::string(part) + " " + what);
    };
    if (xml.size() > 0x7FFFFFFFU) {
        return damaged("is too long");
    }
    const ReaderPtr reader(
        xmlReaderForMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr,
                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                               XML_PARSE_COMPACT | XML_PARSE_NOCDATA),
        &xmlFreeTextReader);
    if (!reader) {
        return {ErrorCode::OutOfMemory, "not enough memory for the document"};
    }
    xmlTextReaderSetStructuredErrorHandler(reader.get(), &ignoreError, nullptr);
    const CurrentElement element(reader.get());
    int status = 0;
    while ((status = xmlTextReaderRead(reader.get())) == 1) {
        switch (xmlTextReaderNodeType(reader.get())) {
            case XML_READER_TYPE_DOCUMENT_TYPE:
                return damaged("has a document type definition, which such files must not have");
            case XML_READER_TYPE_ELEMENT: {
                const bool isEmpty = xmlTextReaderIsEmptyElement(reader.get()) == 1;
                events.onOpen(element);
                if (isEmpty) {
                    events.onClose(element.name());
                }
                break;
            }
            case XML_READER_TYPE_END_ELEMENT:
                events.onClose(element.name());
                break;
            case XML_READER_TYPE_TEXT:
            case XML_READER_TYPE_CDATA:
            case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
            case XML_READER_TYPE_WHITESPACE:
                events.onText(viewOf(xmlTextReaderConstValue(reader.get())));
                break;
            default:
                break;
        }
    }
    return status == 0 ? Status() : damaged("is damaged: it is not well-formed XML");
}

}  // namespace hearth::media
