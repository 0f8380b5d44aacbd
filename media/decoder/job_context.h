#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

#include "media/decoder/protocol.h"

namespace hearth::media {

/// What a decoder may use and where its result goes. One thread at a time.
class JobContext {
public:
    /// `result` is written to and outlives the context; `onProgress` gets the part done, in [0, 1].
    JobContext(const protocol::Request& limits, std::span<std::byte> result,
               std::function<void(double)> onProgress)
        : m_limits(limits), m_result(result), m_onProgress(std::move(onProgress)) {}

    const protocol::Request& limits() const noexcept { return m_limits; }
    std::span<std::byte> result() const noexcept { return m_result; }

    /// Reports at most a thousand distinct steps; cheap to call often.
    void reportProgress(double fraction) const {
        if (m_onProgress && fraction >= m_lastProgress + 0.001 && fraction <= 1.0) {
            m_lastProgress = fraction;
            m_onProgress(fraction);
        }
    }

private:
    protocol::Request m_limits;
    std::span<std::byte> m_result;
    std::function<void(double)> m_onProgress;
    mutable double m_lastProgress = 0.0;
};

}  // namespace hearth::media
