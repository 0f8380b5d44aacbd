#include "kernels/dispatch/backend_plugin.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "kernels/dispatch/device.h"

namespace hearth {
namespace {

const std::filesystem::path kPluginFolder = HEARTH_TEST_PLUGIN_DIR;

void expectFailure(const std::filesystem::path& path, ErrorCode code, const std::string& text) {
    const auto plugin = BackendPlugin::load(path);
    ASSERT_FALSE(plugin.has_value());
    EXPECT_EQ(plugin.error().code(), code);
    EXPECT_NE(plugin.error().message().find(text), std::string::npos) << plugin.error().message();
}

TEST(BackendPlugin, AMissingFileIsNamed) {
    expectFailure("/nonexistent/hearth_cuda.so", ErrorCode::NotFound,
                  "there is no plug-in /nonexistent/hearth_cuda.so");
    expectFailure("/", ErrorCode::NotFound, "there is no plug-in");
}

TEST(BackendPlugin, AFileThatIsNoLibraryIsRefused) {
    const std::filesystem::path path =
        std::filesystem::path(::testing::TempDir()) / "hearth_no_library.so";
    std::ofstream(path) << "not a library";
    expectFailure(path, ErrorCode::Unsupported, "the plug-in cannot be opened");
    std::filesystem::remove(path);
}

TEST(BackendPlugin, ALibraryWithoutEntryPointIsRefused) {
    expectFailure(kPluginFolder / "hearth_foreign_plugin.so", ErrorCode::Unsupported,
                  "not a plug-in of Hearth");
}

TEST(BackendPlugin, AnotherVersionOrSizeIsRefused) {
    expectFailure(kPluginFolder / "hearth_outdated_plugin.so", ErrorCode::Unsupported,
                  "another version of Hearth");
    expectFailure(kPluginFolder / "hearth_resized_plugin.so", ErrorCode::Unsupported,
                  "another version of Hearth");
}

TEST(BackendPlugin, ThePathIsBesideTheProgram) {
    EXPECT_EQ(cudaPluginPath().filename(), "hearth_cuda.so");
    EXPECT_TRUE(std::filesystem::is_directory(cudaPluginPath().parent_path()));
}

TEST(BackendPlugin, AnIncompleteTableIsRecognised) {
    EXPECT_FALSE(isComplete(OpTable{}));
}

/// The CUDA plug-in where this build has one; tests of a GPU are skipped, not passed, without one.
class CudaPluginTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto loaded = BackendPlugin::load(cudaPluginPath());
        if (!loaded) {
            ASSERT_EQ(loaded.error().code(), ErrorCode::NotFound) << loaded.error().message();
            GTEST_SKIP() << loaded.error().message();
        }
        m_plugin = std::move(loaded).value();
    }
    std::unique_ptr<BackendPlugin> m_plugin;
};

TEST_F(CudaPluginTest, SaysWhyThereIsNoDevice) {
    const OpTable& ops = m_plugin->ops();
    EXPECT_STREQ(ops.name, "cuda");
    if (ops.deviceCount() > 0) {
        GTEST_SKIP() << "there is a GPU";
    }
    const std::string reason = ops.lastError();
    EXPECT_NE(reason.find("NVIDIA driver"), std::string::npos) << reason;
    const auto device = openDevice(ops, 0, nullptr);
    ASSERT_FALSE(device.has_value());
    EXPECT_EQ(device.error().code(), ErrorCode::Device);
    EXPECT_EQ(device.error().message(), "opening the device: " + reason);
}

TEST_F(CudaPluginTest, CopiesThroughStreamsEventsAndGraphs) {
    const OpTable& ops = m_plugin->ops();
    if (ops.deviceCount() == 0) {
        GTEST_SKIP() << ops.lastError();
    }
    OpDeviceInfo info{};
    ASSERT_EQ(ops.deviceInfo(0, &info), OpStatus::Ok) << ops.lastError();
    EXPECT_GT(info.totalBytes, info.freeBytes);
    EXPECT_GE(info.major, 5);
    EXPECT_EQ(ops.deviceInfo(1000, &info), OpStatus::InvalidArgument);
    const UniqueDevice device = openDevice(ops, 0, nullptr).value();
    const UniqueStream stream = createStream(device).value();
    const UniqueStream other = createStream(device).value();
    const UniqueBuffer from = createBuffer(device, 64).value();
    const UniqueBuffer to = createBuffer(device, 64).value();
    const auto tooLarge = createBuffer(device, std::uint64_t{1} << 50);
    ASSERT_FALSE(tooLarge.has_value());
    EXPECT_EQ(tooLarge.error().code(), ErrorCode::OutOfMemory);

    // A captured copy moves what the buffer holds when it is launched.
    ASSERT_EQ(ops.captureBegin(stream.get()), OpStatus::Ok) << ops.lastError();
    ASSERT_EQ(ops.copyOnDevice(stream.get(), bufferAs<void>(to), bufferAs<void>(from), 64),
              OpStatus::Ok);
    OpGraph* captured = nullptr;
    ASSERT_EQ(ops.captureEnd(stream.get(), &captured), OpStatus::Ok) << ops.lastError();
    const UniqueGraph graph(ops, captured);
    OpEvent* event = nullptr;
    ASSERT_EQ(ops.eventCreate(device.get(), &event), OpStatus::Ok);
    for (const int value : {1, 2}) {
        const std::vector<int> source(16, value);
        std::vector<int> target(16, 0);
        ASSERT_EQ(ops.copyToDevice(other.get(), bufferAs<void>(from), source.data(), 64),
                  OpStatus::Ok);
        ASSERT_EQ(ops.eventRecord(other.get(), event), OpStatus::Ok);
        ASSERT_EQ(ops.eventWait(stream.get(), event), OpStatus::Ok);
        ASSERT_EQ(ops.graphLaunch(stream.get(), graph.get()), OpStatus::Ok) << ops.lastError();
        ASSERT_EQ(ops.copyToHost(stream.get(), target.data(), bufferAs<void>(to), 64),
                  OpStatus::Ok);
        ASSERT_EQ(ops.streamSynchronize(stream.get()), OpStatus::Ok) << ops.lastError();
        EXPECT_EQ(target, source);
    }
    ops.eventDestroy(event);
}

}  // namespace
}  // namespace hearth
