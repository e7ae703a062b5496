#pragma once

#include <string>

#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"

namespace loopingcall::device::detail {

/// Whether a regular file is the active swap file `what`, whose name in /proc/swaps leads nowhere
/// here: it was renamed, deleted, or belongs to another mount namespace. An answer of swaps.
///
/// The kernel writes to no file without the signature of a swap area, and refuses to allocate space
/// in an active one before it looks at the size; the size that is asked for is impossible.
/// @param descriptor  of the file, open for reading.
Answer ask_swap_file(int descriptor, const Identity& file, const std::string& what);

/// Whether a file begins like an image of erofs.
bool looks_like_erofs(int descriptor);

}  // namespace loopingcall::device::detail
