#pragma once

#include <cstddef>
#include <cstdint>

namespace test {

/// What this program has asked of the heap. Exact, unlike time; and unlike operator new, complete:
/// Asio allocates with aligned_alloc.
///
/// Linking it in replaces malloc, so it counts nothing (`heap_is_counted` is false) where a
/// sanitizer has done that already.
std::uint64_t allocations() noexcept;

/// Bytes in use, with what the heap itself adds to each block.
std::size_t bytes_in_use() noexcept;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool heap_is_counted = false;
#else
inline constexpr bool heap_is_counted = true;
#endif

}  // namespace test
