#include "tests/unit/kernels/support/op_fixture.h"

#include <utility>

#include "kernels/ref/dequantize_row.h"
#include "kernels/ref/quantize_row.h"

namespace hearth::testing {

void OpTest::SetUp() {
    Result<const OpTable*> selected = selectCpuOps(GetParam());
    if (!selected) {
        GTEST_SKIP() << selected.error().message();
    }
    m_ops = *selected;
    m_device = openDevice(*m_ops, 0, &m_pool).value();
    m_stream = createStream(m_device).value();
}

OpStream* OpTest::streamWith(int numThreads) {
    auto backend = std::make_unique<Backend>(numThreads);
    backend->device = openDevice(*m_ops, 0, &backend->pool).value();
    backend->stream = createStream(backend->device).value();
    m_others.push_back(std::move(backend));
    return m_others.back()->stream.get();
}

std::vector<float> OpTest::randomFloats(std::int64_t count, float scale) {
    std::normal_distribution<float> normal(0.0F, scale);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) {
        value = normal(m_random);
    }
    return values;
}

std::int64_t OpTest::randomInt(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(m_random);
}

TestWeights::TestWeights(DType type, const std::vector<float>& values, std::int64_t rows,
                         std::int64_t cols, std::int64_t misalignment) {
    const auto bytesPerRow =
        static_cast<std::int64_t>(rowBytes(type, static_cast<std::size_t>(cols)));
    bytes.resize(static_cast<std::size_t>(rows * bytesPerRow + misalignment));
    std::uint8_t* data = bytes.data() + misalignment;
    for (std::int64_t r = 0; r < rows; ++r) {
        const Status status =
            quantizeRow(type, values.data() + r * cols, data + r * bytesPerRow, cols);
        EXPECT_TRUE(status.isOk()) << status.message();
    }
    matrix = {
        .data = data, .type = type, .rows = rows, .cols = cols, .rowStrideBytes = bytesPerRow};
}

ExpertMatrix TestWeights::asExperts(std::int64_t numExperts) const {
    const std::int64_t rows = matrix.rows / numExperts;
    return {.data = matrix.data,
            .type = matrix.type,
            .numExperts = numExperts,
            .rows = rows,
            .cols = matrix.cols,
            .rowStrideBytes = matrix.rowStrideBytes,
            .expertStrideBytes = matrix.rowStrideBytes * rows};
}

std::vector<float> TestWeights::dequantizedRow(std::int64_t row) const {
    std::vector<float> out(static_cast<std::size_t>(matrix.cols));
    dequantizeRow(matrix.type,
                  static_cast<const std::uint8_t*>(matrix.data) + row * matrix.rowStrideBytes,
                  out.data(), matrix.cols);
    return out;
}

std::string isaName(const ::testing::TestParamInfo<IsaRequest>& info) {
    switch (info.param) {
        case IsaRequest::Auto:
            return "Auto";
        case IsaRequest::Reference:
            return "Reference";
        case IsaRequest::Avx2:
            return "Avx2";
        case IsaRequest::Avx512:
            return "Avx512";
    }
    return "Unknown";
}

}  // namespace hearth::testing
