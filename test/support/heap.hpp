#pragma once

#include <cstddef>
#include <cstdint>

#include "support/sanitizers.hpp"

namespace test {

/// What this program has asked of the heap. Exact, unlike time; and unlike operator new, complete:
/// Asio allocates with aligned_alloc.
///
/// Linking it in replaces malloc, so it counts nothing (`heap_is_counted` is false) where a
/// sanitizer has done that already.
std::uint64_t allocations() noexcept;

/// Bytes in use, with what the heap itself adds to each block.
std::size_t bytes_in_use() noexcept;

inline constexpr bool heap_is_counted = !with_sanitizer;

}  // namespace test
