#include <chrono>
#include <string>

#include "tests/integration/media/decoder_fixture.h"

namespace hearth::media::testing {
namespace {

using DecodeDocument = DecoderTest;

std::string joined(const Document& document) {
    std::string text;
    for (const std::string& page : document.pages) {
        text += page + "\n";
    }
    return text;
}

TEST_F(DecodeDocument, TextOfEveryEncoding) {
    struct Case {
        std::string name;
        Bytes file;
        std::string encoding;
        std::string expected;
    };
    // "Grüße aus Köln, viele schöne Wörter über Bäume" and a longer Chinese and Russian text.
    const std::string german = "Viele Grüße aus Köln über schöne Bäume";
    const auto wide = [](std::string_view ascii, bool isBigEndian) {
        Bytes out;
        for (const char c : ascii) {
            out += isBigEndian ? Bytes{'\0', c} : Bytes{c, '\0'};
        }
        return out;
    };
    std::string gb;
    for (int i = 0; i < 20; ++i) {
        gb += "\xC4\xE3\xBA\xC3\xA3\xAC\xCA\xC0\xBD\xE7\xA1\xA3";  // 你好，世界。
    }
    std::string russian;
    for (int i = 0; i < 20; ++i) {
        russian += "\xCF\xF0\xE8\xE2\xE5\xF2 \xEC\xE8\xF0, \xEA\xE0\xEA \xE4\xE5\xEB\xE0? ";
    }
    const std::vector<Case> cases{
        {"utf8", german, "UTF-8", german},
        {"utf8-bom", "\xEF\xBB\xBF" + german, "UTF-8", german},
        {"utf16le-bom", "\xFF\xFE" + wide("Hello world", false), "UTF-16LE", "Hello world"},
        {"utf16be-bom", "\xFE\xFF" + wide("Hello world", true), "UTF-16BE", "Hello world"},
        {"utf16le", wide("Hello world without a mark", false), "UTF-16LE",
         "Hello world without a mark"},
        {"utf16be", wide("Hello world without a mark", true), "UTF-16BE",
         "Hello world without a mark"},
        {"latin1",
         "Viele Gr\xFC\xDF"
         "e aus K\xF6ln \xFC"
         "ber sch\xF6ne B\xE4ume",
         "", german},
        {"gb18030", gb, "GB18030", "你好，世界。你好，世界。"},
        {"cp1251", russian, "WINDOWS-1251", "Привет мир, как дела? Привет мир"},
        {"crlf", "one\r\ntwo\rthree\n", "UTF-8", "one\ntwo\nthree"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.name);
        const auto document = m_client->decodeDocument(write(c.name + ".txt", c.file));
        ASSERT_TRUE(document.has_value()) << document.error().message();
        EXPECT_EQ(document->format, "text");
        EXPECT_FALSE(document->hasOwnPages);
        ASSERT_EQ(document->pages.size(), 1U);
        EXPECT_EQ(document->pages[0].substr(0, c.expected.size()), c.expected);
        if (!c.encoding.empty()) {
            EXPECT_EQ(document->encoding, c.encoding);
        }
    }
}

TEST_F(DecodeDocument, LongTextIsCutAtParagraphEnds) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "Paragraph " + std::to_string(i) + ": " + std::string(400, 'x') + ".\n\n";
    }
    const auto document = m_client->decodeDocument(write("long.txt", text));
    ASSERT_TRUE(document.has_value());
    EXPECT_GE(document->pages.size(), 12U);
    for (std::size_t i = 0; i < document->pages.size(); ++i) {
        EXPECT_TRUE(document->pages[i].starts_with("Paragraph ")) << i;
        EXPECT_TRUE(document->pages[i].ends_with('.')) << i;
        EXPECT_LE(document->pages[i].size(), 3600U);
    }
    for (int i = 0; i < 100; ++i) {
        EXPECT_NE(joined(*document).find("Paragraph " + std::to_string(i) + ":"),
                  std::string::npos);
    }
}

TEST_F(DecodeDocument, FormFeedsArePagesAndMarkdownKeepsItsName) {
    const auto document = m_client->decodeDocument(write("rfc.md", "one\n\f\ftwo\n\f"));
    ASSERT_TRUE(document.has_value());
    EXPECT_EQ(document->format, "Markdown");
    EXPECT_TRUE(document->hasOwnPages);
    EXPECT_EQ(document->pages, (std::vector<std::string>{"one", "", "two"}));
    EXPECT_EQ(document->pagesWithoutText, std::vector<int>{2});
}

TEST_F(DecodeDocument, NulBytesAreNotText) {
    Bytes text = "Some words.\n";
    text += Bytes(3, '\0') + "More words, and \x01\x02\x03.";
    const auto path = write("nul.txt", text);
    expectError(m_client->decodeDocument(path), path, ErrorCode::Unsupported, "not a document");
    const auto late = write("late.txt", std::string(100'000, 'a') + Bytes(1, '\0') + "b");
    expectError(m_client->decodeDocument(late), late, ErrorCode::Unsupported,
                "NUL byte at offset 100000");
    const auto probe = m_client->probe(path);
    ASSERT_TRUE(probe.has_value());
    EXPECT_EQ(probe->kind, MediaKind::Unknown);
}

TEST_F(DecodeDocument, HtmlKeepsBlocksAndDropsScripts) {
    const auto path = write("page.html", R"(<!DOCTYPE html><html><head><meta charset="iso-8859-1">
<title> A  title </title><style>p { color: red }</style><script>alert("no")</script></head>
<body><h1>Heading</h1><p>First <b>bold</b> para)"
                                         "\xE9"
                                         R"(graph
over lines.</p><ul><li>one<li>two</ul><table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>
<pre>x = 1
  y = 2</pre><div>Tail &amp; &lt;end&gt;</div><p>unclosed)");
    const auto document = m_client->decodeDocument(path);
    ASSERT_TRUE(document.has_value()) << document.error().message();
    EXPECT_EQ(document->format, "HTML");
    EXPECT_EQ(document->title, "A title");
    EXPECT_EQ(document->encoding, "iso-8859-1");
    EXPECT_EQ(joined(*document),
              "# Heading\n\nFirst bold paraégraph over lines.\n\n- one\n- two\n\na\tb\nc\td\n\n"
              "x = 1\n  y = 2\n\nTail & <end>\n\nunclosed\n");
}

TEST_F(DecodeDocument, HtmlThatNamesItsEncodingInOtherBytes) {
    const auto document = m_client->decodeDocument(
        write("odd.html", "<!DOCTYPE html><meta charset=\"iso-8859\xCE\xCE-1\"><p>\xE9t\xE9"));
    ASSERT_TRUE(document.has_value()) << document.error().message();
    EXPECT_EQ(document->encoding.find('\xCE'), std::string::npos);
    EXPECT_FALSE(document->pages[0].empty());
}

TEST_F(DecodeDocument, HtmlBombsEndSoon) {
    std::string laughs = "<!DOCTYPE html [<!ENTITY a \"ha\">";
    for (char c = 'b'; c < 'm'; ++c) {
        laughs += std::string("<!ENTITY ") + c + " \"";
        for (int i = 0; i < 10; ++i) {
            laughs += std::string("&") + static_cast<char>(c - 1) + ";";
        }
        laughs += "\">";
    }
    laughs += "]><html><body><p>start &l; end</p></body></html>";
    const auto begin = std::chrono::steady_clock::now();
    const auto document = m_client->decodeDocument(write("laughs.html", laughs));
    ASSERT_TRUE(document.has_value()) << document.error().message();
    EXPECT_LT(joined(*document).size(), laughs.size());
    std::string deep = "<html><body>";
    for (int i = 0; i < 100'000; ++i) {
        deep += "<div>";
    }
    const auto nested = m_client->decodeDocument(write("deep.html", deep + "deep text"),
                                                 {.maxCpuTime = std::chrono::seconds(20)});
    if (nested) {
        EXPECT_NE(joined(*nested).find("deep text"), std::string::npos);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(60));
}

TEST_F(DecodeDocument, PdfPageByPage) {
    const auto path =
        write("book.pdf", makePdf({"Hello from page one", "", "Third page"}, "The Book", false));
    const auto probe = m_client->probe(path);
    ASSERT_TRUE(probe.has_value());
    EXPECT_EQ(probe->kind, MediaKind::Document);
    EXPECT_EQ(probe->format, "PDF");
    const auto document = m_client->decodeDocument(path);
    ASSERT_TRUE(document.has_value()) << document.error().message();
    EXPECT_EQ(document->title, "The Book");
    EXPECT_TRUE(document->hasOwnPages);
    EXPECT_EQ(document->pages, (std::vector<std::string>{"Hello from page one", "", "Third page"}));
    EXPECT_EQ(document->pagesWithoutText, std::vector<int>{2});
    expectError(m_client->decodeDocument(path, {.maxPages = 2}), path, ErrorCode::Unsupported,
                "3 pages; the limit is 2");
}

TEST_F(DecodeDocument, EncryptedAndDamagedPdf) {
    const auto locked = write("locked.pdf", makePdf({"secret"}, "x", true));
    expectError(m_client->decodeDocument(locked), locked, ErrorCode::Unsupported, "password");
    const Bytes whole = makePdf({"Hello from page one", "Second"}, "The Book", false);
    for (const double part : {0.01, 0.2, 0.5, 0.8}) {
        const auto bytes = static_cast<std::size_t>(static_cast<double>(whole.size()) * part);
        const auto path = write("cut.pdf", whole.substr(0, bytes));
        const auto document = m_client->decodeDocument(path);
        if (!document) {
            EXPECT_NE(document.error().message().find(path.string()), std::string::npos);
        }
    }
}

TEST_F(DecodeDocument, DocxParagraphsHeadingsTablesAndPages) {
    const std::string body =
        R"(<w:p><w:pPr><w:pStyle w:val="berschrift2"/></w:pPr><w:r><w:t>A heading</w:t></w:r></w:p>)"
        R"(<w:p><w:r><w:t xml:space="preserve">Some </w:t></w:r><w:r><w:t>text &amp; more</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>)"
        R"(<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>item</w:t></w:r></w:p>)"
        R"(<w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:t>b</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>c</w:t></w:r></w:p></w:tc></w:tr><w:tr><w:tc><w:p/></w:tc><w:tc><w:p><w:r><w:t>d</w:t></w:r></w:p></w:tc></w:tr></w:tbl>)"
        R"(<w:p><w:r><w:lastRenderedPageBreak/><w:t>Second page</w:t></w:r></w:p>)"
        R"(<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>Third 页</w:t></w:r></w:p>)";
    const auto path = write("letter.docx", makeDocx(body, "My letter"));
    const auto probe = m_client->probe(path);
    ASSERT_TRUE(probe.has_value());
    EXPECT_EQ(probe->kind, MediaKind::Document);
    EXPECT_EQ(probe->format, "DOCX");
    const auto document = m_client->decodeDocument(path);
    ASSERT_TRUE(document.has_value()) << document.error().message();
    EXPECT_EQ(document->title, "My letter");
    EXPECT_TRUE(document->hasOwnPages);
    EXPECT_EQ(document->pages,
              (std::vector<std::string>{"## A heading\n\nSome text & more\n\n- item\na b\tc\n\td",
                                        "Second page", "Third 页"}));
}

TEST_F(DecodeDocument, DocxBombs) {
    const auto bomb =
        write("bomb.docx", makeDocx("<w:p><w:r><w:t>" + std::string(std::size_t{80} << 20U, 'a') +
                                        "</w:t></w:r></w:p>",
                                    "bomb"));
    EXPECT_LT(std::filesystem::file_size(bomb), 1'000'000U);
    expectError(m_client->decodeDocument(bomb, {.maxMemoryBytes = std::uint64_t{256} << 20U}), bomb,
                ErrorCode::Unsupported, "unpack to more than 67108864 bytes");
    std::string laughs = "<!DOCTYPE lolz [<!ENTITY a \"ha\">";
    for (char c = 'b'; c < 'm'; ++c) {
        laughs += std::string("<!ENTITY ") + c + " \"";
        for (int i = 0; i < 10; ++i) {
            laughs += std::string("&") + static_cast<char>(c - 1) + ";";
        }
        laughs += "\">";
    }
    const auto path =
        write("laughs.docx",
              makeZip({{"word/document.xml",
                        laughs + "]><w:document xmlns:w=\"w\"><w:t>&l;</w:t></w:document>"}}));
    expectError(m_client->decodeDocument(path), path, ErrorCode::CorruptData, "word/document.xml");
    const auto declared =
        write("declared.docx",
              makeZip({{"word/document.xml",
                        "<!DOCTYPE d [<!ENTITY a \"ha\">]><w:document xmlns:w=\"w\"/>"}}));
    expectError(m_client->decodeDocument(declared), declared, ErrorCode::CorruptData,
                "document type definition");
    const auto other = write("other.docx", makeZip({{"a.txt", "hello"}}));
    expectError(m_client->decodeDocument(other), other, ErrorCode::Unsupported, "not a DOCX");
    const Bytes whole = makeDocx("<w:p><w:r><w:t>hello</w:t></w:r></w:p>", "x");
    for (std::size_t cut = 5; cut < whole.size(); cut += whole.size() / 6) {
        const auto half = write("half.docx", whole.substr(0, cut));
        expectError(m_client->decodeDocument(half), half, ErrorCode::CorruptData);
    }
    const auto broken = write("broken.docx", makeDocx("<w:p><w:r><w:t>hello</w:r></w:p>", "x"));
    expectError(m_client->decodeDocument(broken), broken, ErrorCode::CorruptData, "well-formed");
}

TEST_F(DecodeDocument, TextLimit) {
    const auto path = write("long.txt", std::string(10'000, 'a'));
    expectError(m_client->decodeDocument(path, {.maxTextBytes = 9'999}), path,
                ErrorCode::Unsupported, "more than 9999 bytes");
    EXPECT_TRUE(m_client->decodeDocument(path, {.maxTextBytes = 10'000}).has_value());
}

TEST_F(DecodeDocument, NamesForeignFormats) {
    const auto path = write("letter.doc", "{\\rtf1 hello}");
    expectError(m_client->decodeDocument(path), path, ErrorCode::Unsupported, "RTF");
}

}  // namespace
}  // namespace hearth::media::testing
