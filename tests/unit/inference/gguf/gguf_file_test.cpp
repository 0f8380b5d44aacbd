#include "inference/gguf/gguf_file.h"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "tests/unit/inference/gguf/byte_builder.h"

namespace hearth {
namespace {

using Type = GgufValueType;

constexpr std::uint32_t kF32 = 0;
constexpr std::uint32_t kQ4K = 12;
constexpr std::uint32_t kIq4Xs = 23;
constexpr std::uint32_t kNoSuchType = 77;

/// A file with every kind of value and three tensors.
ByteBuilder sampleFile(std::uint32_t version = 3) {
    ByteBuilder builder;
    builder.header(3, 17, version)
        .key("u8", Type::U8)
        .add(std::uint8_t{200})
        .key("i8", Type::I8)
        .add(std::int8_t{-5})
        .key("u16", Type::U16)
        .add(std::uint16_t{60000})
        .key("i16", Type::I16)
        .add(std::int16_t{-300})
        .key("u32", Type::U32)
        .add(std::uint32_t{4000000000U})
        .key("i32", Type::I32)
        .add(std::int32_t{-7})
        .key("f32", Type::F32)
        .add(1.5F)
        .key("bool", Type::Bool)
        .add(std::uint8_t{1})
        .key("string", Type::String)
        .text("hearth")
        .key("u64", Type::U64)
        .add(std::uint64_t{1} << 63U)
        .key("i64", Type::I64)
        .add(std::int64_t{-1} * (std::int64_t{1} << 40U))
        .key("f64", Type::F64)
        .add(0.25)
        .key("ints", Type::Array)
        .array(Type::I32, 3)
        .add(std::int32_t{1})
        .add(std::int32_t{-2})
        .add(std::int32_t{3})
        .key("floats", Type::Array)
        .array(Type::F32, 2)
        .add(0.5F)
        .add(-0.5F)
        .key("strings", Type::Array)
        .array(Type::String, 3)
        .text("a")
        .text("")
        .text("ccc")
        .key("bools", Type::Array)
        .array(Type::Bool, 2)
        .add(std::uint8_t{0})
        .add(std::uint8_t{1})
        .key("nested", Type::Array)
        .array(Type::Array, 1)
        .array(Type::U8, 2)
        .add(std::uint8_t{1})
        .add(std::uint8_t{2})
        .tensor("first", {3, 2}, kF32, 0)
        .tensor("second", {256}, kQ4K, 32)
        .tensor("third", {256}, kIq4Xs, 192)
        .data(192 + 136);
    return builder;
}

std::string errorOf(const ByteBuilder& builder, ErrorCode code = ErrorCode::CorruptData) {
    const auto file = builder.parse();
    if (file) {
        ADD_FAILURE() << "the file was accepted";
        return {};
    }
    EXPECT_EQ(file.error().code(), code) << file.error().message();
    EXPECT_EQ(file.error().message().rfind("test.gguf: ", 0), 0U) << file.error().message();
    return file.error().message();
}

void expectContains(const std::string& text, std::string_view part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(GgufFile, ReadsEveryKindOfValue) {
    for (const std::uint32_t version : {2U, 3U}) {
        const ByteBuilder builder = sampleFile(version);
        const auto result = builder.parse();
        ASSERT_TRUE(result) << result.error().message();
        const GgufFile& file = **result;
        EXPECT_EQ(file.version(), version);
        EXPECT_EQ(file.alignment(), 32U);
        EXPECT_EQ(file.entries().size(), 17U);
        EXPECT_EQ(file.entries()[0].key, "u8");
        EXPECT_EQ(file.getU32("u8").value(), 200U);
        EXPECT_EQ(file.getI32("i8").value(), -5);
        EXPECT_EQ(file.getU32("u16").value(), 60000U);
        EXPECT_EQ(file.getI64("i16").value(), -300);
        EXPECT_EQ(file.getU32("u32").value(), 4000000000U);
        EXPECT_EQ(file.getI32("i32").value(), -7);
        EXPECT_EQ(file.getF32("f32").value(), 1.5F);
        EXPECT_TRUE(file.getBool("bool").value());
        EXPECT_EQ(file.getString("string").value(), "hearth");
        EXPECT_EQ(file.getU64("u64").value(), std::uint64_t{1} << 63U);
        EXPECT_EQ(file.getI64("i64").value(), -(std::int64_t{1} << 40U));
        EXPECT_EQ(file.getF32("f64").value(), 0.25F);
        const GgufIntArray ints = file.getInts("ints").value();
        ASSERT_EQ(ints.size(), 3U);
        EXPECT_EQ(ints[1], -2);
        const GgufFloatArray floats = file.getFloats("floats").value();
        ASSERT_EQ(floats.size(), 2U);
        EXPECT_EQ(floats[1], -0.5F);
        const GgufStringArray strings = file.getStrings("strings").value();
        EXPECT_EQ(std::vector<std::string>(strings.begin(), strings.end()),
                  (std::vector<std::string>{"a", "", "ccc"}));
        EXPECT_EQ(file.getInts("bools").value()[1], 1);
        EXPECT_EQ(file.find("nested")->elementType, Type::Array);
        EXPECT_EQ(file.find("nested")->count, 1U);
    }
}

TEST(GgufFile, ListsTensorsOfKnownAndUnknownTypes) {
    const ByteBuilder builder = sampleFile();
    const auto result = builder.parse();
    ASSERT_TRUE(result);
    const GgufFile& file = **result;
    ASSERT_EQ(file.tensors().size(), 3U);
    const GgufTensor& first = *file.tensor("first").value();
    EXPECT_EQ(first.dtype, DType::F32);
    EXPECT_EQ(first.numDims, 2);
    EXPECT_EQ(first.dims[0], 3U);
    EXPECT_EQ(first.numElements(), 6U);
    EXPECT_EQ(first.data.size(), 24U);
    EXPECT_EQ((first.data.data() - builder.bytes().data()) % 32, 0);
    EXPECT_EQ(file.findTensor("second")->data.size(), 144U);
    const GgufTensor& third = *file.findTensor("third");
    EXPECT_FALSE(third.dtype.has_value());
    EXPECT_EQ(third.data.size(), 136U);
    EXPECT_EQ(ggufTensorTypeName(third.typeId), "IQ4_XS");

    const auto unknown =
        ByteBuilder().header(1, 0).tensor("odd", {5}, kNoSuchType, 0).data(1).parse();
    ASSERT_TRUE(unknown) << unknown.error().message();
    EXPECT_TRUE((*unknown)->tensors()[0].data.empty());
    EXPECT_EQ(ggufTensorTypeName((*unknown)->tensors()[0].typeId), "type 77");
}

TEST(GgufFile, AcceptsAFileWithoutTensorsAndAScalarTensor) {
    EXPECT_TRUE(ByteBuilder().header(0, 0).parse());
    const auto scalar = ByteBuilder().header(1, 0).tensor("gate", {}, kF32, 0).data(4).parse();
    ASSERT_TRUE(scalar) << scalar.error().message();
    EXPECT_EQ((*scalar)->tensors()[0].numElements(), 1U);
    EXPECT_EQ((*scalar)->tensors()[0].numDims, 1);
}

TEST(GgufFile, GettersNameFileKeyAndBothTypes) {
    const ByteBuilder builder = sampleFile();
    const auto result = builder.parse();
    ASSERT_TRUE(result);
    const GgufFile& file = **result;
    const auto expectError = [](const auto& value, ErrorCode code, std::string_view text) {
        ASSERT_FALSE(value.has_value());
        EXPECT_EQ(value.error().code(), code);
        EXPECT_EQ(value.error().message(), text);
    };
    expectError(file.getU32("none"), ErrorCode::NotFound,
                "test.gguf: key \"none\" is missing, a value of type u32 was expected");
    expectError(file.getU32("string"), ErrorCode::CorruptData,
                "test.gguf: key \"string\" is string, u32 was expected");
    expectError(file.getU32("i32"), ErrorCode::CorruptData,
                "test.gguf: key \"i32\" is i32 -7, which does not fit the expected u32");
    expectError(file.getI32("u32"), ErrorCode::CorruptData,
                "test.gguf: key \"u32\" is u32 4000000000, which does not fit the expected i32");
    expectError(file.getI64("u64"), ErrorCode::CorruptData,
                "test.gguf: key \"u64\" is u64 9223372036854775808, which does not fit the "
                "expected i64");
    expectError(file.getU64("i8"), ErrorCode::CorruptData,
                "test.gguf: key \"i8\" is i8 -5, which does not fit the expected u64");
    expectError(file.getString("floats"), ErrorCode::CorruptData,
                "test.gguf: key \"floats\" is array of f32, string was expected");
    expectError(file.getBool("u8"), ErrorCode::CorruptData,
                "test.gguf: key \"u8\" is u8, bool was expected");
    expectError(file.getF32("u32"), ErrorCode::CorruptData,
                "test.gguf: key \"u32\" is u32, f32 was expected");
    expectError(file.getInts("strings"), ErrorCode::CorruptData,
                "test.gguf: key \"strings\" is array of string, array of integers was expected");
    expectError(file.getFloats("ints"), ErrorCode::CorruptData,
                "test.gguf: key \"ints\" is array of i32, array of f32 was expected");
    expectError(file.getStrings("nested"), ErrorCode::CorruptData,
                "test.gguf: key \"nested\" is array of array, array of string was expected");
    expectError(file.getInts("none"), ErrorCode::NotFound,
                "test.gguf: key \"none\" is missing, a value of type array of integers was "
                "expected");
    expectError(file.tensor("none"), ErrorCode::NotFound, "test.gguf: tensor \"none\" is missing");
    EXPECT_FALSE(file.getFloats("none"));
    EXPECT_FALSE(file.getStrings("none"));
    EXPECT_FALSE(file.getString("none"));
    EXPECT_FALSE(file.getBool("none"));
    EXPECT_FALSE(file.getF32("none"));
}

TEST(GgufFile, FallbacksStandForMissingKeysOnly) {
    const ByteBuilder builder = sampleFile();
    const auto result = builder.parse();
    ASSERT_TRUE(result);
    const GgufFile& file = **result;
    EXPECT_EQ(file.getU32Or("none", 9).value(), 9U);
    EXPECT_EQ(file.getU32Or("u8", 9).value(), 200U);
    EXPECT_FALSE(file.getU32Or("string", 9));
    EXPECT_EQ(file.getI32Or("none", -9).value(), -9);
    EXPECT_EQ(file.getF32Or("none", 0.5F).value(), 0.5F);
    EXPECT_TRUE(file.getBoolOr("none", true).value());
    EXPECT_EQ(file.getStringOr("none", "x").value(), "x");
    EXPECT_FALSE(file.getStringOr("u8", "x"));
}

TEST(GgufFile, RefusesValuesThatDoNotFit) {
    ByteBuilder builder;
    builder.header(0, 2)
        .key("huge", Type::F64)
        .add(1e300)
        .key("huges", Type::Array)
        .array(Type::U64, 1)
        .add(~std::uint64_t{0});
    const auto file = builder.parse();
    ASSERT_TRUE(file);
    expectContains((*file)->getF32("huge").error().message(), "does not fit the expected f32");
    expectContains((*file)->getInts("huges").error().message(), "does not fit the expected i64");
}

TEST(GgufFile, RefusesEveryTruncation) {
    const ByteBuilder builder = sampleFile();
    const auto whole = builder.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of its own size, so that a sanitizer sees any read past the end.
        const std::vector<std::byte> part(whole.begin(),
                                          whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto file = GgufFile::parse(part, "cut.gguf");
        ASSERT_FALSE(file) << "at " << size;
        EXPECT_EQ(file.error().code(), ErrorCode::CorruptData) << "at " << size;
        expectContains(file.error().message(), "(an incomplete download?)");
    }
}

TEST(GgufFile, SurvivesEverySingleChangedByte) {
    const ByteBuilder builder = sampleFile();
    std::vector<std::byte> bytes(builder.bytes().begin(), builder.bytes().end());
    for (std::byte& byte : bytes) {
        const std::byte before = byte;
        for (const unsigned value : {0x00U, 0x01U, 0x7fU, 0x80U, 0xffU}) {
            byte = static_cast<std::byte>(value);
            const auto file = GgufFile::parse(bytes, "changed.gguf");
            for (const GgufTensor& tensor :
                 file ? (*file)->tensors() : std::span<const GgufTensor>()) {
                ASSERT_LE(tensor.data.size(), bytes.size());
            }
        }
        byte = before;
    }
}

TEST(GgufFile, RefusesOtherFormatsAndVersions) {
    expectContains(errorOf(ByteBuilder().add(std::uint32_t{0x04034b50}).data(64)),
                   "does not start with \"GGUF\"");
    expectContains(errorOf(ByteBuilder().header(0, 0, 1), ErrorCode::Unsupported), "version 1");
    expectContains(errorOf(ByteBuilder().header(0, 0, 4), ErrorCode::Unsupported), "version 4");
    expectContains(errorOf(ByteBuilder().header(0, 0, 0), ErrorCode::Unsupported), "version 0");
    expectContains(errorOf(ByteBuilder().header(0, 0, 0x03000000), ErrorCode::Unsupported),
                   "big-endian");
}

TEST(GgufFile, RefusesCountsThatTheFileCannotHold) {
    constexpr std::uint64_t kHuge = std::numeric_limits<std::uint64_t>::max();
    expectContains(errorOf(ByteBuilder().header(kHuge, 0)), "tensors, more than it can hold");
    expectContains(errorOf(ByteBuilder().header(0, kHuge)), "keys, more than it can hold");
    expectContains(errorOf(ByteBuilder().header(4, 0).data(64)), "tensors, more than it can hold");
    expectContains(errorOf(ByteBuilder().header(0, 1).add(kHuge).data(64)), "at most 65535");
    expectContains(errorOf(ByteBuilder().header(0, 1).key("k", Type::String).add(kHuge).data(64)),
                   "are allowed");
    expectContains(
        errorOf(ByteBuilder().header(0, 1).key("k", Type::String).add(kHuge / 4).data(64)), "left");
    const auto arrayOf = [](Type type, std::uint64_t count) {
        return errorOf(
            ByteBuilder().header(0, 1).key("k", Type::Array).array(type, count).data(64));
    };
    expectContains(arrayOf(Type::U64, kHuge), "overflows");
    expectContains(arrayOf(Type::U64, kHuge / 8 + 2), "overflows");
    expectContains(arrayOf(Type::U8, 1000), "left");
    expectContains(arrayOf(Type::String, kHuge), "more than the file can hold");
    expectContains(arrayOf(Type::Array, kHuge), "more than the file can hold");
    expectContains(errorOf(ByteBuilder().header(1, 0).add(std::uint64_t{256}).data(300)),
                   "at most 255");
}

TEST(GgufFile, RefusesUndefinedTypesAndDeepArrays) {
    expectContains(errorOf(ByteBuilder().header(0, 1).text("k").add(std::uint32_t{13}).data(16)),
                   "key \"k\": it has the undefined type 13");
    expectContains(errorOf(ByteBuilder()
                               .header(0, 1)
                               .key("k", Type::Array)
                               .add(std::uint32_t{99})
                               .add(std::uint64_t{0})),
                   "undefined type 99");
    ByteBuilder deep;
    deep.header(0, 1).key("k", Type::Array);
    for (int i = 0; i < 8; ++i) {
        deep.array(Type::Array, 1);
    }
    deep.data(64);
    expectContains(errorOf(deep), "nested more than 4 deep");
    expectContains(errorOf(ByteBuilder()
                               .header(0, 1)
                               .key("k", Type::Array)
                               .array(Type::Array, 1)
                               .add(std::uint32_t{99})
                               .add(std::uint64_t{0})),
                   "undefined type 99");
}

TEST(GgufFile, RefusesEmptyAndDoubleNames) {
    expectContains(errorOf(ByteBuilder().header(0, 1).key("", Type::U8).add(std::uint8_t{0})),
                   "a key is empty");
    expectContains(errorOf(ByteBuilder()
                               .header(0, 3)
                               .key("a", Type::U8)
                               .add(std::uint8_t{0})
                               .key("b", Type::U8)
                               .add(std::uint8_t{0})
                               .key("a", Type::U8)
                               .add(std::uint8_t{0})),
                   "the key \"a\" appears twice");
    expectContains(errorOf(ByteBuilder()
                               .header(2, 0)
                               .tensor("t", {1}, kF32, 0)
                               .tensor("t", {1}, kF32, 32)
                               .data(64)),
                   "the tensor \"t\" appears twice");
    expectContains(errorOf(ByteBuilder().header(1, 0).tensor("", {1}, kF32, 0).data(32)),
                   "its name is empty");
}

TEST(GgufFile, NamesOfAFileDoNotReachTheTerminalRaw) {
    const std::string message =
        errorOf(ByteBuilder()
                    .header(1, 0)
                    .tensor("\x1b[31mred\n" + std::string(200, 'x'), {0}, kF32, 0)
                    .data(32));
    EXPECT_EQ(message.find('\x1b'), std::string::npos);
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_LT(message.size(), 200U);
}

TEST(GgufFile, RefusesBadShapes) {
    const auto shape = [](std::initializer_list<std::uint64_t> dims, std::uint32_t type) {
        return errorOf(ByteBuilder().header(1, 0).tensor("t", dims, type, 0).data(4096));
    };
    expectContains(shape({1, 1, 1, 1, 1}, kF32), "it has 5 dimensions");
    expectContains(shape({4, 0}, kF32), "dimension 1 is 0");
    expectContains(shape({std::uint64_t{1} << 63U}, kF32), "overflows");
    expectContains(shape({std::uint64_t{1} << 32U, std::uint64_t{1} << 32U}, kF32), "overflows");
    expectContains(shape({std::uint64_t{1} << 62U}, kF32), "its size in bytes overflows");
    expectContains(shape({100}, kQ4K), "no multiple of the 256 of a block of Q4_K");
    expectContains(shape({128, 2}, kQ4K), "no multiple");
    expectContains(shape({257}, kIq4Xs), "no multiple");
}

TEST(GgufFile, RefusesTensorsOutsideTheFileOrOnTopOfEachOther) {
    const auto tensors = [](std::uint64_t firstOffset, std::uint64_t secondOffset,
                            std::uint32_t type = kF32) {
        return ByteBuilder()
            .header(2, 0)
            .tensor("a", {16}, type, firstOffset)
            .tensor("b", {16}, type, secondOffset)
            .data(128);
    };
    EXPECT_TRUE(tensors(0, 64).parse());
    EXPECT_TRUE(tensors(64, 0).parse());
    expectContains(errorOf(tensors(0, 32)), "\"a\" and \"b\" overlap");
    expectContains(errorOf(tensors(32, 0)), "\"b\" and \"a\" overlap");
    expectContains(errorOf(tensors(0, 0)), "overlap");
    expectContains(errorOf(tensors(0, 0, kNoSuchType)), "overlap");
    expectContains(errorOf(tensors(0, 65)), "not aligned to 32");
    expectContains(errorOf(tensors(0, 96)), "the file has 128");
    expectContains(errorOf(tensors(0, 128)), "the file has 128");
    expectContains(errorOf(tensors(0, std::uint64_t{0} - 32)), "the file has 128");
    expectContains(errorOf(tensors(0, 160, kNoSuchType)), "the file has 128");
}

TEST(GgufFile, ObeysTheAlignmentOfTheFile) {
    const auto aligned = [](std::uint32_t alignment) {
        return ByteBuilder()
            .header(1, 1)
            .key("general.alignment", Type::U32)
            .add(alignment)
            .tensor("t", {1}, kF32, 0)
            .data(4, 7, 128);
    };
    const ByteBuilder builder = aligned(128);
    const auto file = builder.parse();
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ((*file)->alignment(), 128U);
    EXPECT_EQ((*file)->tensors()[0].data[0], std::byte{7});
    for (const std::uint32_t wrong : {0U, 1U, 4U, 48U, 0x80000000U}) {
        expectContains(errorOf(aligned(wrong)), "a power of two from 8");
    }
    expectContains(
        errorOf(
            ByteBuilder().header(0, 1).key("general.alignment", Type::U64).add(std::uint64_t{32})),
        "is u64, u32 was expected");
}

TEST(GgufFile, SurvivesTheSeedsAndFindingsOfTheFuzzer) {
    namespace fs = std::filesystem;
    int numFiles = 0;
    for (const char* corpus : {"gguf_fuzzer", "tokenizer_fuzzer"}) {
        const fs::path folder =
            fs::path(HEARTH_TEST_DATA_DIR).parent_path() / "fuzz/corpus" / corpus;
        for (const auto& entry : fs::directory_iterator(folder)) {
            const auto file = GgufFile::open(entry.path());
            if (file) {
                for (const GgufEntry& value : (*file)->entries()) {
                    EXPECT_EQ((*file)->find(value.key), &value);
                }
            }
            ++numFiles;
        }
    }
    EXPECT_GE(numFiles, 6);
}

TEST(GgufFile, ReadsAFileOfThePublishedWriter) {
    // Made by tests/fuzz/inference/make_seeds.py with the PyPI package gguf.
    const auto result = GgufFile::open(std::filesystem::path(HEARTH_TEST_DATA_DIR).parent_path() /
                                       "fuzz/corpus/gguf_fuzzer/values");
    ASSERT_TRUE(result) << result.error().message();
    const GgufFile& file = **result;
    EXPECT_EQ(file.getString("general.architecture").value(), "hearth");
    EXPECT_EQ(file.getU64("u64").value(), std::uint64_t{1} << 63U);
    EXPECT_EQ(file.getF32("f64").value(), 0.25F);
    EXPECT_EQ(file.getInts("ints").value()[1], -2);
    EXPECT_EQ(file.getStrings("strings").value().size(), 3U);
    ASSERT_EQ(file.tensors().size(), 3U);
    const GgufTensor& ones = *file.tensor("f32").value();
    EXPECT_EQ(ones.dims, (std::array<std::uint64_t, 4>{3, 2, 1, 1}));
    EXPECT_EQ(GgufFloatArray(ones.data)[5], 1.0F);
    EXPECT_EQ(file.tensor("q8").value()->dtype, DType::Q8_0);
    EXPECT_EQ(file.tensor("iq4").value()->data.size(), 136U);
}

TEST(GgufFile, OpensFilesAndNamesThemInErrors) {
    namespace fs = std::filesystem;
    const fs::path path = fs::path(testing::TempDir()) / "gguf_file_test.gguf";
    const ByteBuilder builder = sampleFile();
    const auto write = [&](std::size_t size) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(builder.bytes().data()),
                   static_cast<std::streamsize>(size));
    };
    write(builder.bytes().size());
    const auto file = GgufFile::open(path);
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ((*file)->name(), path.string());
    EXPECT_EQ((*file)->sizeBytes(), builder.bytes().size());
    write(100);
    const auto cut = GgufFile::open(path);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().message().rfind(path.string(), 0), 0U);
    fs::remove(path);
    EXPECT_EQ(GgufFile::open(path).error().code(), ErrorCode::NotFound);
}

}  // namespace
}  // namespace hearth
