#include "inference/gguf/gguf_writer.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/unit/inference/gguf/byte_builder.h"

namespace hearth {
namespace {

namespace fs = std::filesystem;

class GgufWriterTest : public testing::Test {
protected:
    void SetUp() override {
        m_folder = fs::path(testing::TempDir()) /
                   testing::UnitTest::GetInstance()->current_test_info()->name();
        fs::remove_all(m_folder);
        fs::create_directories(m_folder);
    }
    void TearDown() override { fs::remove_all(m_folder); }

    std::size_t numFiles() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()));
    }

    fs::path m_folder;
};

constexpr std::array<std::uint64_t, 2> kShape{3, 2};
const std::vector<std::byte> kData(24, std::byte{9});

TEST_F(GgufWriterTest, WritesWhatTheReaderReads) {
    GgufWriter writer;
    const std::array<std::int32_t, 2> ints{-1, 5};
    const std::array<float, 1> floats{2.5F};
    const std::array<std::string_view, 3> strings{"x", "", "zz"};
    ASSERT_TRUE(writer.addBool("b", true).isOk());
    ASSERT_TRUE(writer.addU32("u", 3).isOk());
    ASSERT_TRUE(writer.addI32("i", -3).isOk());
    ASSERT_TRUE(writer.addU64("l", 1ULL << 40U).isOk());
    ASSERT_TRUE(writer.addF32("f", 0.5F).isOk());
    ASSERT_TRUE(writer.addString("s", "text").isOk());
    ASSERT_TRUE(writer.addInts("ints", ints).isOk());
    ASSERT_TRUE(writer.addFloats("floats", floats).isOk());
    ASSERT_TRUE(writer.addStrings("strings", strings).isOk());
    ASSERT_TRUE(writer.addTensor("t", DType::F32, kShape, kData).isOk());
    ASSERT_TRUE(writer.addTensor("u", DType::F32, kShape, kData).isOk());
    const fs::path path = m_folder / "out.gguf";
    const Status status = writer.write(path);
    ASSERT_TRUE(status.isOk()) << status.message();
    EXPECT_EQ(numFiles(), 1U);

    const auto result = GgufFile::open(path);
    ASSERT_TRUE(result) << result.error().message();
    const GgufFile& file = **result;
    EXPECT_TRUE(file.getBool("b").value());
    EXPECT_EQ(file.getU32("u").value(), 3U);
    EXPECT_EQ(file.getI32("i").value(), -3);
    EXPECT_EQ(file.getU64("l").value(), 1ULL << 40U);
    EXPECT_EQ(file.getF32("f").value(), 0.5F);
    EXPECT_EQ(file.getString("s").value(), "text");
    EXPECT_EQ(file.getInts("ints").value()[0], -1);
    EXPECT_EQ(file.getFloats("floats").value()[0], 2.5F);
    const GgufStringArray read = file.getStrings("strings").value();
    EXPECT_EQ(std::vector<std::string>(read.begin(), read.end()),
              (std::vector<std::string>{"x", "", "zz"}));
    const GgufTensor& tensor = *file.tensor("u").value();
    EXPECT_EQ(tensor.dims[1], 2U);
    EXPECT_TRUE(std::equal(tensor.data.begin(), tensor.data.end(), kData.begin(), kData.end()));
}

TEST_F(GgufWriterTest, CopiesEveryEntryOfAnotherFile) {
    const ByteBuilder source = [] {
        ByteBuilder builder;
        builder.header(0, 4)
            .key("general.alignment", GgufValueType::U32)
            .add(std::uint32_t{64})
            .key("name", GgufValueType::String)
            .text("ember")
            .key("nested", GgufValueType::Array)
            .array(GgufValueType::Array, 1)
            .array(GgufValueType::U8, 2)
            .add(std::uint16_t{0x0201})
            .key("list", GgufValueType::Array)
            .array(GgufValueType::String, 2)
            .text("a")
            .text("bc");
        return builder;
    }();
    const auto first = source.parse();
    ASSERT_TRUE(first) << first.error().message();
    GgufWriter writer;
    for (const GgufEntry& entry : (*first)->entries()) {
        ASSERT_TRUE(writer.addEntry(entry).isOk());
    }
    ASSERT_TRUE(writer.addTensor("t", DType::F32, kShape, kData).isOk());
    ASSERT_TRUE(writer.write(m_folder / "copy.gguf").isOk());
    const auto second = GgufFile::open(m_folder / "copy.gguf");
    ASSERT_TRUE(second) << second.error().message();
    EXPECT_EQ((*second)->alignment(), 64U);
    ASSERT_EQ((*second)->entries().size(), (*first)->entries().size());
    for (std::size_t i = 0; i < (*first)->entries().size(); ++i) {
        const GgufEntry& a = (*first)->entries()[i];
        const GgufEntry& b = (*second)->entries()[i];
        EXPECT_EQ(a.key, b.key);
        EXPECT_EQ(a.type, b.type);
        EXPECT_EQ(a.elementType, b.elementType);
        EXPECT_EQ(a.count, b.count);
        EXPECT_TRUE(std::equal(a.bytes.begin(), a.bytes.end(), b.bytes.begin(), b.bytes.end()));
    }
}

TEST_F(GgufWriterTest, RefusesWhatTheReaderWould) {
    GgufWriter writer;
    ASSERT_TRUE(writer.addU32("k", 1).isOk());
    EXPECT_EQ(writer.addF32("k", 1).code(), ErrorCode::InvalidArgument);
    EXPECT_FALSE(writer.addU32("", 1).isOk());
    EXPECT_FALSE(writer.addU32(std::string(70000, 'k'), 1).isOk());
    EXPECT_FALSE(writer.addU32("general.alignment", 48).isOk());
    EXPECT_FALSE(writer.addString("general.alignment", "32").isOk());
    EXPECT_TRUE(writer.addU32("general.alignment", 64).isOk());

    ASSERT_TRUE(writer.addTensor("t", DType::F32, kShape, kData).isOk());
    EXPECT_EQ(writer.addTensor("t", DType::F32, kShape, kData).code(), ErrorCode::InvalidArgument);
    EXPECT_FALSE(writer.addTensor("", DType::F32, kShape, kData).isOk());
    EXPECT_FALSE(writer.addTensor(std::string(256, 't'), DType::F32, kShape, kData).isOk());
    EXPECT_FALSE(writer.addTensor("q", DType::Q4_K, kShape, kData).isOk());
    EXPECT_FALSE(writer.addTensor("x", 77U, kShape, {}).isOk());
    EXPECT_FALSE(writer.addTensor("x", DType::F32, {}, kData).isOk());
    const std::array<std::uint64_t, 5> five{1, 1, 1, 1, 1};
    EXPECT_FALSE(writer.addTensor("x", DType::F32, five, kData).isOk());
    const std::array<std::uint64_t, 2> empty{4, 0};
    EXPECT_FALSE(writer.addTensor("x", DType::F32, empty, kData).isOk());
    const std::array<std::uint64_t, 2> huge{1ULL << 40U, 1ULL << 40U};
    EXPECT_FALSE(writer.addTensor("x", DType::F32, huge, kData).isOk());

    ASSERT_TRUE(writer.write(m_folder / "out.gguf").isOk());
    EXPECT_TRUE(GgufFile::open(m_folder / "out.gguf"));
}

TEST_F(GgufWriterTest, AFailureLeavesTheOldFileAndNothingElse) {
    const fs::path path = m_folder / "model.gguf";
    GgufWriter good;
    ASSERT_TRUE(good.addU32("version", 1).isOk());
    ASSERT_TRUE(good.write(path).isOk());

    GgufWriter cancelled;
    ASSERT_TRUE(cancelled
                    .addTensor("t", 0U, kShape,
                               []() -> Result<std::span<const std::byte>> {
                                   return Status(ErrorCode::Cancelled, "stopped");
                               })
                    .isOk());
    EXPECT_EQ(cancelled.write(path).code(), ErrorCode::Cancelled);

    GgufWriter shortData;
    ASSERT_TRUE(shortData.addTensor("t", DType::F32, kShape, std::span(kData).first(20)).isOk());
    EXPECT_EQ(shortData.write(path).code(), ErrorCode::Internal);

    EXPECT_EQ(numFiles(), 1U);
    const auto file = GgufFile::open(path);
    ASSERT_TRUE(file);
    EXPECT_EQ((*file)->getU32("version").value(), 1U);
}

TEST_F(GgufWriterTest, ReplacesNothingButFiles) {
    const fs::path pipe = m_folder / "pipe";
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    GgufWriter writer;
    for (const fs::path& path : {pipe, m_folder, fs::path("/dev/null")}) {
        const Status status = writer.write(path);
        EXPECT_EQ(status.code(), ErrorCode::InvalidArgument) << path;
        EXPECT_NE(status.message().find(path.string()), std::string::npos) << status.message();
    }
    EXPECT_TRUE(fs::is_fifo(pipe));
    EXPECT_EQ(numFiles(), 1U);
}

TEST_F(GgufWriterTest, NamesAFolderThatIsNotThere) {
    GgufWriter writer;
    const Status status = writer.write(m_folder / "missing" / "model.gguf");
    EXPECT_EQ(status.code(), ErrorCode::Io);
    EXPECT_NE(status.message().find("missing/model.gguf"), std::string::npos);
}

}  // namespace
}  // namespace hearth
