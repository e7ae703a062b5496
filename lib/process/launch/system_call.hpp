#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

/// Marks a function that runs in a child which shares our memory: what a sanitizer puts into a
/// function refers to the thread of ours that started the child, which runs at the same time.
#if defined(__clang__)
#define LOOPINGCALL_IN_CHILD                           \
    __attribute__((disable_sanitizer_instrumentation)) \
    __attribute__((no_sanitize("address", "undefined", "thread", "coverage")))
#else
#define LOOPINGCALL_IN_CHILD __attribute__((no_sanitize("address", "undefined", "thread")))
#endif

namespace loopingcall::process::detail {

// A system call that touches no `errno`: a child that shares our memory also shares the `errno` of
// the thread that started it. Returns what the kernel does: -ENOENT for a missing file.
//
// On another architecture, the C library makes the call, and the thread that starts a child stands
// still meanwhile (`child_runs_beside_us`).

#if defined(__x86_64__) && defined(__LP64__)

constexpr bool child_runs_beside_us = true;

LOOPINGCALL_IN_CHILD inline long system_call(long number, long a = 0, long b = 0, long c = 0,
                                             long d = 0) {
    long result = number;
    register long fourth __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth)
                     : "rcx", "r11", "memory");
    return result;
}

#elif defined(__aarch64__) && defined(__LP64__)

constexpr bool child_runs_beside_us = true;

LOOPINGCALL_IN_CHILD inline long system_call(long number, long a = 0, long b = 0, long c = 0,
                                             long d = 0) {
    register long code __asm__("x8") = number;
    register long first __asm__("x0") = a;
    register long second __asm__("x1") = b;
    register long third __asm__("x2") = c;
    register long fourth __asm__("x3") = d;
    __asm__ volatile("svc #0"
                     : "+r"(first)
                     : "r"(code), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return first;
}

#elif defined(__riscv) && defined(__LP64__)

constexpr bool child_runs_beside_us = true;

LOOPINGCALL_IN_CHILD inline long system_call(long number, long a = 0, long b = 0, long c = 0,
                                             long d = 0) {
    register long code __asm__("a7") = number;
    register long first __asm__("a0") = a;
    register long second __asm__("a1") = b;
    register long third __asm__("a2") = c;
    register long fourth __asm__("a3") = d;
    __asm__ volatile("ecall"
                     : "+r"(first)
                     : "r"(code), "r"(second), "r"(third), "r"(fourth)
                     : "memory");
    return first;
}

#else

constexpr bool child_runs_beside_us = false;

LOOPINGCALL_IN_CHILD inline long system_call(long number, long a = 0, long b = 0, long c = 0,
                                             long d = 0) {
    const long result = ::syscall(number, a, b, c, d);
    return result < 0 ? -errno : result;
}

#endif

/// A pointer as the kernel takes it.
template <class Pointee>
LOOPINGCALL_IN_CHILD inline long address(Pointee* pointer) {
    return reinterpret_cast<long>(pointer);
}

}  // namespace loopingcall::process::detail
