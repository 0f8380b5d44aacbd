#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "kernels/base/status.h"

namespace hearth::media {

/// An element while it is being read. Views are valid during the call.
class XmlElement {
public:
    virtual ~XmlElement() = default;
    /// Name without its namespace prefix.
    virtual std::string_view name() const = 0;
    /// Value of the attribute with this local name; empty if there is none.
    virtual std::string attribute(std::string_view localName) const = 0;
};

/// What readXml tells. Elements without content are opened and closed.
struct XmlEvents {
    std::function<void(const XmlElement&)> onOpen;
    std::function<void(std::string_view name)> onClose;
    std::function<void(std::string_view text)> onText;
};

/// Reads an XML text from start to end. Entities are not expanded and a document type definition is
/// refused, as office formats require; nothing outside the text is opened. Malformed text is an
/// error. Errors: CorruptData (names `part`), OutOfMemory.
Status readXml(std::string_view xml, std::string_view part, const XmlEvents& events);

}  // namespace hearth::media
