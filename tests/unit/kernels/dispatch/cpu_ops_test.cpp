#include "kernels/dispatch/cpu_ops.h"

#include <gtest/gtest.h>

#include "kernels/dispatch/backend_plugin.h"
#include "kernels/dispatch/device.h"

namespace hearth {
namespace {

TEST(CpuOps, NamesOfInstructionSets) {
    EXPECT_EQ(isaRequestFromName("auto"), IsaRequest::Auto);
    EXPECT_EQ(isaRequestFromName("reference"), IsaRequest::Reference);
    EXPECT_EQ(isaRequestFromName("avx2"), IsaRequest::Avx2);
    EXPECT_EQ(isaRequestFromName("avx512"), IsaRequest::Avx512);
    EXPECT_EQ(isaRequestFromName("AVX2"), std::nullopt);
    EXPECT_EQ(isaRequestFromName(""), std::nullopt);
}

TEST(CpuOps, AForcedSetIsUsedOrRefused) {
    const CpuFeatures features = detectCpuFeatures();
    const auto check = [](IsaRequest request, bool isThere, const char* name) {
        const Result<const OpTable*> ops = selectCpuOps(request);
        ASSERT_EQ(ops.has_value(), isThere);
        if (isThere) {
            EXPECT_STREQ((*ops)->name, name);
        } else {
            EXPECT_EQ(ops.error().code(), ErrorCode::Unsupported);
            EXPECT_NE(ops.error().message().find("this CPU has no"), std::string::npos);
        }
    };
    check(IsaRequest::Reference, true, "cpu-ref");
    check(IsaRequest::Avx2, features.hasAvx2, "cpu-avx2");
    check(IsaRequest::Avx512, features.hasAvx512, "cpu-avx512");
    check(IsaRequest::Auto, true,
          features.hasAvx512 ? "cpu-avx512"
          : features.hasAvx2 ? "cpu-avx2"
                             : "cpu-ref");
}

TEST(CpuOps, TablesAreCompleteAndLiveOn) {
    for (const IsaRequest request : {IsaRequest::Reference, IsaRequest::Avx2, IsaRequest::Avx512}) {
        const Result<const OpTable*> ops = selectCpuOps(request);
        if (ops) {
            EXPECT_TRUE(isComplete(**ops));
            EXPECT_EQ((*ops)->version, kOpTableVersion);
            EXPECT_EQ((*ops)->structBytes, sizeof(OpTable));
            EXPECT_EQ(*selectCpuOps(request), *ops);
        }
    }
}

TEST(CpuOps, TheDeviceReportsItself) {
    const OpTable& ops = **selectCpuOps(IsaRequest::Auto);
    ASSERT_EQ(ops.deviceCount(), 1);
    OpDeviceInfo info{};
    ASSERT_EQ(ops.deviceInfo(0, &info), OpStatus::Ok);
    EXPECT_STREQ(info.name, "CPU");
    EXPECT_GT(info.totalBytes, info.freeBytes);
    EXPECT_GE(info.numUnits, 1);
    EXPECT_EQ(ops.deviceInfo(1, &info), OpStatus::InvalidArgument);
    const Result<UniqueDevice> wrong = openDevice(ops, 1, nullptr);
    ASSERT_FALSE(wrong.has_value());
    EXPECT_EQ(wrong.error().message(), "opening the device: there is one CPU device, number 0");
}

TEST(CpuOps, BuffersAreAlignedAndCopied) {
    const OpTable& ops = **selectCpuOps(IsaRequest::Auto);
    const UniqueDevice device = openDevice(ops, 0, nullptr).value();
    const UniqueStream stream = createStream(device).value();
    const UniqueBuffer empty = createBuffer(device, 0).value();
    EXPECT_NE(bufferAs<void>(empty), nullptr);
    const UniqueBuffer buffer = createBuffer(device, 100).value();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(bufferAs<void>(buffer)) % 256, 0U);
    const int source[2] = {7, 9};
    int target[2] = {};
    ASSERT_EQ(ops.copyToDevice(stream.get(), bufferAs<int>(buffer), source, sizeof(source)),
              OpStatus::Ok);
    ASSERT_EQ(ops.fillZero(stream.get(), bufferAs<int>(buffer), sizeof(int)), OpStatus::Ok);
    ASSERT_EQ(ops.copyToHost(stream.get(), target, bufferAs<int>(buffer), sizeof(target)),
              OpStatus::Ok);
    ASSERT_EQ(ops.streamSynchronize(stream.get()), OpStatus::Ok);
    EXPECT_EQ(target[0], 0);
    EXPECT_EQ(target[1], 9);
}

TEST(CpuOps, AnImpossibleBufferIsAnError) {
    const OpTable& ops = **selectCpuOps(IsaRequest::Auto);
    const UniqueDevice device = openDevice(ops, 0, nullptr).value();
    // Larger than rounding up to the alignment allows; the allocator is not asked, since sanitizers
    // abort where it would return null.
    const Result<UniqueBuffer> buffer = createBuffer(device, ~std::uint64_t{0});
    ASSERT_FALSE(buffer.has_value());
    EXPECT_EQ(buffer.error().code(), ErrorCode::OutOfMemory);
}

}  // namespace
}  // namespace hearth
