#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/dispatch/cpu_ops.h"
#include "kernels/dispatch/device.h"

namespace hearth::testing {

/// The types that weights may have.
inline constexpr DType kWeightTypes[] = {DType::F32,  DType::F16,  DType::BF16,
                                         DType::Q8_0, DType::Q5_0, DType::Q4_0,
                                         DType::Q4_K, DType::Q5_K, DType::Q6_K};

/// Runs the operations of one ISA on a pool of three threads; skipped where the CPU lacks the ISA.
class OpTest : public ::testing::TestWithParam<IsaRequest> {
protected:
    void SetUp() override;

    const OpTable& ops() const { return *m_ops; }
    OpStream* stream() const { return m_stream.get(); }
    /// A stream of the same ISA that computes on `numThreads` threads; valid until the test ends.
    OpStream* streamWith(int numThreads);

    /// Elements that are normal with deviation `scale`, from the test's seed.
    std::vector<float> randomFloats(std::int64_t count, float scale = 1.0F);
    std::int64_t randomInt(std::int64_t low, std::int64_t high);
    /// For failure messages.
    std::string seedText() const { return "seed " + std::to_string(kSeed); }

private:
    static constexpr unsigned kSeed = 20261124;

    struct Backend {
        explicit Backend(int numThreads) : pool(numThreads) {}
        ThreadPool pool;
        UniqueDevice device;
        UniqueStream stream;
    };

    const OpTable* m_ops = nullptr;
    ThreadPool m_pool{3};
    UniqueDevice m_device;
    UniqueStream m_stream;
    std::vector<std::unique_ptr<Backend>> m_others;
    std::mt19937 m_random{kSeed};
};

/// Weights of one type, with what the reference sees of them.
struct TestWeights {
    std::vector<std::uint8_t> bytes;
    WeightMatrix matrix;

    /// Quantises [rows, cols] floats; the bytes start `misalignment` bytes into their buffer.
    TestWeights(DType type, const std::vector<float>& values, std::int64_t rows, std::int64_t cols,
                std::int64_t misalignment = 0);
    TestWeights(const TestWeights&) = delete;
    TestWeights& operator=(const TestWeights&) = delete;

    ExpertMatrix asExperts(std::int64_t numExperts) const;
    std::vector<float> dequantizedRow(std::int64_t row) const;
};

/// Names a parameter for INSTANTIATE_TEST_SUITE_P.
std::string isaName(const ::testing::TestParamInfo<IsaRequest>& info);

}  // namespace hearth::testing

/// Every ISA; the reference too, through its table.
#define HEARTH_INSTANTIATE_FOR_ISAS(Suite)                                             \
    INSTANTIATE_TEST_SUITE_P(                                                          \
        Isa, Suite,                                                                    \
        ::testing::Values(::hearth::IsaRequest::Reference, ::hearth::IsaRequest::Avx2, \
                          ::hearth::IsaRequest::Avx512),                               \
        ::hearth::testing::isaName)
