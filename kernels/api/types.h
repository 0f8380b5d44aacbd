#pragma once

#include <cstdint>

namespace hearth {

/// Element type of a tensor; the enumerators are in kernels/base/dtype.h.
enum class DType : std::uint32_t;

/// How an operation ended. Values are part of the plug-in interface: never reuse.
enum class OpStatus : std::int32_t {
    Ok = 0,
    InvalidArgument = 1,  ///< a shape or type that the operation's contract excludes
    Unsupported = 2,      ///< within the contract, but this backend has no code for it
    OutOfMemory = 3,
    Device = 4,  ///< the driver reported a failure
    Internal = 5,
};

/// Opaque handles of a backend.
struct OpDevice;
struct OpStream;
struct OpBuffer;
struct OpEvent;
struct OpGraph;

/// A weight matrix W [rows, cols] as it lies in a GGUF file. Borrowed, never written.
struct WeightMatrix {
    const void* data = nullptr;
    DType type{};           ///< F32, F16, BF16, Q8_0, Q5_0, Q4_0, Q4_K, Q5_K or Q6_K
    std::int64_t rows = 0;  ///< output features
    std::int64_t cols = 0;  ///< input features, a whole number of blocks of `type`
    std::int64_t rowStrideBytes = 0;
};

/// `numExperts` matrices of one shape and type; matrix e starts at data + e * expertStrideBytes.
struct ExpertMatrix {
    const void* data = nullptr;
    DType type{};
    std::int64_t numExperts = 0;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t rowStrideBytes = 0;
    std::int64_t expertStrideBytes = 0;
};

}  // namespace hearth
