#include "app/core/attachment.h"

#include <gtest/gtest.h>

namespace hearth::app {
namespace {

TEST(Describe, PictureTellsWhatTheModelSaw) {
    AttachmentReport report;
    report.kind = AttachmentKind::Picture;
    report.width = 4032;
    report.height = 3024;
    report.modelWidth = 128;
    report.modelHeight = 96;
    report.vectors = 80;
    EXPECT_EQ(describe(report), "4,032 × 3,024 px, seen at 128 × 96, 80 vectors");
}

TEST(Describe, RecordingRoundsToSeconds) {
    AttachmentReport report;
    report.kind = AttachmentKind::Recording;
    report.vectors = 1;
    report.seconds = 0.04;
    EXPECT_EQ(describe(report), "0:00, mono, 1 vector");
    report.seconds = 3661.7;
    report.vectors = 91543;
    EXPECT_EQ(describe(report), "61:02, mono, 91,543 vectors");
}

TEST(Describe, DocumentTellsWhetherItWasReadWhole) {
    AttachmentReport report;
    report.kind = AttachmentKind::Document;
    report.pages = 1;
    report.tokens = 512;
    report.isWhole = true;
    EXPECT_EQ(describe(report), "1 page, read whole, 512 tokens");
    report.pages = 412;
    report.isWhole = false;
    report.tokens = 1000;
    report.passages.resize(4);
    EXPECT_EQ(describe(report), "412 pages, 4 passages read, 1,000 tokens");
}

TEST(Describe, TellsWhatCouldNotBeRead) {
    AttachmentReport report;
    report.kind = AttachmentKind::Recording;
    report.vectors = 25;
    report.seconds = 1;
    report.warning = "the file ends early";
    EXPECT_EQ(describe(report), "0:01, mono, 25 vectors; the file ends early");
    report.kind = AttachmentKind::Document;
    report.pages = 3;
    report.tokens = 12;
    report.isWhole = true;
    EXPECT_EQ(describe(report), "3 pages, read whole, 12 tokens; the file ends early");
}

}  // namespace
}  // namespace hearth::app
