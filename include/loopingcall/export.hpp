#pragma once

/// What a shared library of a room lets others link to; all else in it is hidden. Defined by the
/// targets of CMake and the pkg-config files where the library is shared.
#if defined(LOOPINGCALL_SHARED)
#define LOOPINGCALL_EXPORT __attribute__((visibility("default")))
#else
#define LOOPINGCALL_EXPORT
#endif
