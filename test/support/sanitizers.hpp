#pragma once

// Which sanitizer this is built with. g++ defines macros of its own; clang is asked for features.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1  // NOLINT(bugprone-reserved-identifier): as g++ has it
#endif
#if __has_feature(thread_sanitizer) && !defined(__SANITIZE_THREAD__)
#define __SANITIZE_THREAD__ 1  // NOLINT(bugprone-reserved-identifier): as g++ has it
#endif
#endif

namespace test {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool with_address_sanitizer = true;
#else
inline constexpr bool with_address_sanitizer = false;
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool with_thread_sanitizer = true;
#else
inline constexpr bool with_thread_sanitizer = false;
#endif

/// Either makes everything slower, and keeps what is freed.
inline constexpr bool with_sanitizer = with_address_sanitizer || with_thread_sanitizer;

}  // namespace test
