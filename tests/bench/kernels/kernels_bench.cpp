#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "kernels/base/dtype.h"
#include "kernels/base/half.h"
#include "kernels/dispatch/cpu_ops.h"
#include "kernels/dispatch/device.h"
#include "kernels/dispatch/fused_ops.h"
#include "kernels/ref/quantize_row.h"

// Operations of the CPU at the shapes of Hearth Mini (width 512, 16 experts of 256, 8 heads of 64)
// and at wide ones that do not fit a cache. HEARTH_BENCH_THREADS sets the threads (default: all).

namespace hearth {
namespace {

int numBenchThreads() {
    const char* text = std::getenv("HEARTH_BENCH_THREADS");
    const int asked = text == nullptr ? 0 : std::atoi(text);
    return asked > 0 ? asked : static_cast<int>(std::thread::hardware_concurrency());
}

/// A stream of one ISA; empty where the CPU lacks it.
struct Backend {
    explicit Backend(IsaRequest isa) : pool(numBenchThreads()) {
        Result<const OpTable*> selected = selectCpuOps(isa);
        if (selected) {
            ops = *selected;
            device = openDevice(*ops, 0, &pool).value();
            stream = createStream(device).value();
        }
    }
    ThreadPool pool;
    const OpTable* ops = nullptr;
    UniqueDevice device;
    UniqueStream stream;
};

std::vector<float> randomFloats(std::size_t count, float scale = 1.0F) {
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0.0F, scale);
    std::vector<float> values(count);
    for (float& value : values) {
        value = normal(random);
    }
    return values;
}

/// `rows` rows of weights: 16 different ones, repeated, because quantising is slow.
std::vector<std::uint8_t> randomWeights(DType type, std::size_t rows, std::size_t cols) {
    constexpr std::size_t kDistinct = 16;
    const std::size_t bytes = rowBytes(type, cols);
    const std::vector<float> values = randomFloats(kDistinct * cols, 0.05F);
    std::vector<std::uint8_t> weights(rows * bytes);
    for (std::size_t r = 0; r < rows; ++r) {
        if (r < kDistinct) {
            const Status status =
                quantizeRow(type, values.data() + r * cols, weights.data() + r * bytes,
                            static_cast<std::int64_t>(cols));
            HEARTH_CHECK(status.isOk());
        } else {
            std::copy_n(weights.begin() + static_cast<std::ptrdiff_t>(r % kDistinct * bytes), bytes,
                        weights.begin() + static_cast<std::ptrdiff_t>(r * bytes));
        }
    }
    return weights;
}

void setRates(benchmark::State& state, double bytes, double multiplications) {
    const auto runs = static_cast<double>(state.iterations());
    state.counters["GB/s"] = benchmark::Counter(bytes * runs * 1e-9, benchmark::Counter::kIsRate);
    state.counters["GMAC/s"] =
        benchmark::Counter(multiplications * runs * 1e-9, benchmark::Counter::kIsRate);
}

void benchLinear(benchmark::State& state, IsaRequest isa, DType type, std::int64_t rows,
                 std::int64_t outputs, std::int64_t cols) {
    Backend backend(isa);
    if (backend.ops == nullptr) {
        state.SkipWithError("this CPU lacks the instruction set");
        return;
    }
    const auto weights =
        randomWeights(type, static_cast<std::size_t>(outputs), static_cast<std::size_t>(cols));
    const auto x = randomFloats(static_cast<std::size_t>(rows * cols));
    std::vector<float> y(static_cast<std::size_t>(rows * outputs));
    const auto strideBytes =
        static_cast<std::int64_t>(rowBytes(type, static_cast<std::size_t>(cols)));
    const LinearArgs args{.x = x.data(),
                          .xStride = cols,
                          .weight = {.data = weights.data(),
                                     .type = type,
                                     .rows = outputs,
                                     .cols = cols,
                                     .rowStrideBytes = strideBytes},
                          .y = y.data(),
                          .yStride = outputs,
                          .rows = rows};
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend.ops->linear(backend.stream.get(), &args));
    }
    setRates(state, static_cast<double>(weights.size()),
             static_cast<double>(rows) * static_cast<double>(outputs * cols));
}

void benchMoe(benchmark::State& state, IsaRequest isa, std::int64_t rows) {
    Backend backend(isa);
    if (backend.ops == nullptr) {
        state.SkipWithError("this CPU lacks the instruction set");
        return;
    }
    constexpr std::int64_t kDim = 512;
    constexpr std::int64_t kHidden = 256;
    constexpr std::int64_t kExperts = 16;
    const auto up = randomWeights(DType::Q4_K, 2 * kExperts * kHidden, kDim);
    const auto down = randomWeights(DType::Q4_K, kExperts * kDim, kHidden);
    const auto sharedUp = randomWeights(DType::Q6_K, 2 * kHidden, kDim);
    const auto sharedDown = randomWeights(DType::Q6_K, kDim, kHidden);
    const auto experts = [](const std::vector<std::uint8_t>& bytes, std::int64_t offsetRows,
                            std::int64_t outputs, std::int64_t cols) {
        const auto stride =
            static_cast<std::int64_t>(rowBytes(DType::Q4_K, static_cast<std::size_t>(cols)));
        return ExpertMatrix{.data = bytes.data() + offsetRows * stride,
                            .type = DType::Q4_K,
                            .numExperts = kExperts,
                            .rows = outputs,
                            .cols = cols,
                            .rowStrideBytes = stride,
                            .expertStrideBytes = outputs * stride};
    };
    const auto shared = [](const std::vector<std::uint8_t>& bytes, std::int64_t offsetRows,
                           std::int64_t outputs, std::int64_t cols) {
        const auto stride =
            static_cast<std::int64_t>(rowBytes(DType::Q6_K, static_cast<std::size_t>(cols)));
        return WeightMatrix{.data = bytes.data() + offsetRows * stride,
                            .type = DType::Q6_K,
                            .rows = outputs,
                            .cols = cols,
                            .rowStrideBytes = stride};
    };
    std::vector<std::int32_t> chosen;
    for (std::int64_t r = 0; r < rows; ++r) {
        chosen.push_back(static_cast<std::int32_t>(r * 5 % kExperts));
        chosen.push_back(static_cast<std::int32_t>((r * 5 + 3) % kExperts));
    }
    const std::vector<float> mix(chosen.size(), 0.5F);
    const auto x = randomFloats(static_cast<std::size_t>(rows * kDim));
    std::vector<float> y(x.size());
    const MoeFeedForwardArgs args{.x = x.data(),
                                  .xStride = kDim,
                                  .gate = experts(up, 0, kHidden, kDim),
                                  .up = experts(up, kExperts * kHidden, kHidden, kDim),
                                  .down = experts(down, 0, kDim, kHidden),
                                  .experts = chosen.data(),
                                  .weights = mix.data(),
                                  .numSlots = 2,
                                  .sharedGate = shared(sharedUp, 0, kHidden, kDim),
                                  .sharedUp = shared(sharedUp, kHidden, kHidden, kDim),
                                  .sharedDown = shared(sharedDown, 0, kDim, kHidden),
                                  .y = y.data(),
                                  .yStride = kDim,
                                  .rows = rows};
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend.ops->moeFeedForward(backend.stream.get(), &args));
    }
    const double weights = static_cast<double>(kDim * kHidden * 3);
    setRates(state, weights * (2 * 0.5625 + 0.8203), weights * 3 * static_cast<double>(rows));
}

/// Window attention of Hearth Mini: `depth` keys before the first of `rows` causal rows, at most
/// 1,055 of them seen.
void benchAttention(benchmark::State& state, IsaRequest isa, std::int64_t rows,
                    std::int64_t depth) {
    Backend backend(isa);
    if (backend.ops == nullptr) {
        state.SkipWithError("this CPU lacks the instruction set");
        return;
    }
    constexpr std::int64_t kHeads = 8;
    constexpr std::int64_t kKvHeads = 2;
    constexpr std::int64_t kDim = 64;
    const std::int64_t numPages = (depth + rows) / kPageRows + 1;
    const auto values =
        randomFloats(static_cast<std::size_t>(numPages * kKvHeads * kPageRows * kDim));
    std::vector<std::uint16_t> keys(values.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i] = f32ToF16(values[i]);
    }
    const auto query = randomFloats(static_cast<std::size_t>(rows * kHeads * kDim));
    std::vector<float> out(query.size());
    std::vector<std::int32_t> begin;
    std::vector<std::int32_t> end;
    double numKeys = 0;
    for (std::int64_t r = 0; r < rows; ++r) {
        const std::int64_t position = depth + r;
        begin.push_back(
            static_cast<std::int32_t>(std::max<std::int64_t>(position - 1023, 0) / 32 * 32));
        end.push_back(static_cast<std::int32_t>(position + 1));
        numKeys += static_cast<double>(end.back() - begin.back());
    }
    const PagedRows pages = headMajorPages(keys.data(), DType::F16, numPages, kKvHeads, kDim);
    AttentionArgs args{.numSegments = 1,
                       .out = out.data(),
                       .outStride = kHeads * kDim,
                       .rows = rows,
                       .numHeads = kHeads,
                       .numKvHeads = kKvHeads,
                       .keyDim = kDim,
                       .valueDim = kDim,
                       .scale = 0.125F};
    args.segments[0] = {.query = query.data(),
                        .queryStride = kHeads * kDim,
                        .keys = pages,
                        .values = pages,
                        .begin = begin.data(),
                        .end = end.data()};
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend.ops->attention(backend.stream.get(), &args));
    }
    setRates(state, numKeys * kKvHeads * kDim * 4, numKeys * kHeads * kDim * 2);
}

/// The memory branch of Hearth Mini's block selection: `entries` compressed entries, 16 chosen.
void benchSelect(benchmark::State& state, IsaRequest isa, std::int64_t rows, std::int64_t entries) {
    Backend backend(isa);
    if (backend.ops == nullptr) {
        state.SkipWithError("this CPU lacks the instruction set");
        return;
    }
    constexpr std::int64_t kHeads = 8;
    constexpr std::int64_t kKvHeads = 2;
    constexpr std::int64_t kDim = 64;
    const std::int64_t numPages = entries / kPageRows;
    const auto values =
        randomFloats(static_cast<std::size_t>(numPages * kKvHeads * kPageRows * kDim));
    std::vector<std::uint16_t> keys(values.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        keys[i] = f32ToF16(values[i]);
    }
    const auto query = randomFloats(static_cast<std::size_t>(rows * kHeads * kDim));
    const std::vector<std::int32_t> numVisible(static_cast<std::size_t>(rows),
                                               static_cast<std::int32_t>(entries));
    std::vector<std::int32_t> blocks(static_cast<std::size_t>(rows * kKvHeads * 16));
    const SelectBlocksArgs args{
        .query = query.data(),
        .queryStride = kHeads * kDim,
        .entryKeys = headMajorPages(keys.data(), DType::F16, numPages, kKvHeads, kDim),
        .numVisible = numVisible.data(),
        .maxVisible = entries,
        .blocks = blocks.data(),
        .rows = rows,
        .numHeads = kHeads,
        .numKvHeads = kKvHeads,
        .dim = kDim,
        .numSelected = 16,
        .scale = 0.125F};
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend.ops->selectBlocks(backend.stream.get(), &args));
    }
    const auto numKeys = static_cast<double>(rows * entries);
    setRates(state, numKeys * kKvHeads * kDim * 2, numKeys * kHeads * kDim);
}

/// The wake-up and the end of an operation with little work.
void benchPool(benchmark::State& state) {
    ThreadPool pool(numBenchThreads());
    for (auto _ : state) {
        pool.parallelFor(
            8, 1, [](std::int64_t begin, std::int64_t, int) { benchmark::DoNotOptimize(begin); });
    }
}

void registerAll() {
    const std::pair<IsaRequest, const char*> isas[] = {{IsaRequest::Avx512, "avx512"},
                                                       {IsaRequest::Avx2, "avx2"}};
    benchmark::RegisterBenchmark("parallelFor/8_chunks", benchPool)->UseRealTime();
    for (const auto& [isaValue, isaName] : isas) {
        const IsaRequest isa = isaValue;
        const std::string prefix = std::string(isaName) + "/";
        for (const DType type : {DType::Q4_K, DType::Q5_K, DType::Q6_K, DType::Q8_0, DType::Q4_0,
                                 DType::Q5_0, DType::F16, DType::BF16, DType::F32}) {
            const std::string name(dtypeInfo(type).name);
            for (const std::int64_t rows : {1, 512}) {
                benchmark::RegisterBenchmark(
                    (prefix + "linear/" + name + "/" + std::to_string(rows) + "x512x512").c_str(),
                    [=](benchmark::State& state) { benchLinear(state, isa, type, rows, 512, 512); })
                    ->UseRealTime();
            }
            benchmark::RegisterBenchmark(
                (prefix + "linear/" + name + "/1x16384x2048").c_str(),
                [=](benchmark::State& state) { benchLinear(state, isa, type, 1, 16384, 2048); })
                ->UseRealTime();
        }
        benchmark::RegisterBenchmark(
            (prefix + "linear/Q5_K/1x16384x512").c_str(),
            [=](benchmark::State& state) { benchLinear(state, isa, DType::Q5_K, 1, 16384, 512); })
            ->UseRealTime();
        for (const std::int64_t rows : {1, 8, 512}) {
            benchmark::RegisterBenchmark(
                (prefix + "moe/Q4_K/" + std::to_string(rows) + "x512_16x256_top2").c_str(),
                [=](benchmark::State& state) { benchMoe(state, isa, rows); })
                ->UseRealTime();
        }
        for (const std::int64_t rows : {1, 64}) {
            benchmark::RegisterBenchmark(
                (prefix + "select/F16/" + std::to_string(rows) + "_rows_4096_entries").c_str(),
                [=](benchmark::State& state) { benchSelect(state, isa, rows, 4096); })
                ->UseRealTime();
        }
        for (const auto& [rowsValue, depthValue] :
             {std::pair<std::int64_t, std::int64_t>{1, 1055}, {512, 0}, {512, 4096}}) {
            const std::int64_t rows = rowsValue;
            const std::int64_t depth = depthValue;
            benchmark::RegisterBenchmark(
                (prefix + "attention/F16/" + std::to_string(rows) + "_rows_depth_" +
                 std::to_string(depth))
                    .c_str(),
                [=](benchmark::State& state) { benchAttention(state, isa, rows, depth); })
                ->UseRealTime();
        }
    }
}

}  // namespace
}  // namespace hearth

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    hearth::registerAll();
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
