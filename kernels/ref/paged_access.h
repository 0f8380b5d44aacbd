#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/api/paged_rows.h"
#include "kernels/base/dtype.h"
#include "kernels/base/half.h"

namespace hearth {

/// Element offset of element 0 of row `row` of head `head`; the formula of PagedRows.
inline std::int64_t pagedOffset(const PagedRows& rows, std::int64_t sequence, std::int64_t row,
                                std::int64_t head) noexcept {
    const std::int64_t slot = (row / kPageRows) % rows.tablePages;
    const std::int64_t page =
        rows.pageTable == nullptr ? slot : rows.pageTable[sequence * rows.pageTableStride + slot];
    return page * rows.pageStride + head * rows.headStride + row % kPageRows * rows.rowStride;
}

/// Element `offset` of a cache of type F32 or F16.
inline float loadPaged(const PagedRows& rows, std::int64_t offset) noexcept {
    if (rows.type == DType::F32) {
        return static_cast<const float*>(rows.data)[offset];
    }
    return f16ToF32(static_cast<const std::uint16_t*>(rows.data)[offset]);
}

inline void storePaged(const PagedRows& rows, std::int64_t offset, float value) noexcept {
    if (rows.type == DType::F32) {
        static_cast<float*>(rows.data)[offset] = value;
    } else {
        static_cast<std::uint16_t*>(rows.data)[offset] = f32ToF16(value);
    }
}

/// The sequence of a row, where null means that all rows belong to sequence 0.
inline std::int64_t sequenceOf(const std::int32_t* rowSequence, std::int64_t row) noexcept {
    return rowSequence == nullptr ? 0 : rowSequence[row];
}

}  // namespace hearth
