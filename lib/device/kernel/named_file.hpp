#pragma once

#include <filesystem>
#include <optional>

#include "identity.hpp"

namespace loopingcall::device::detail {

/// What a name that the kernel's tables give leads to here, if it leads anywhere. The name may be
/// of another mount namespace, or of an unrelated file on a dead file system.
///
/// Outside /dev, only names that the kernel has in memory are followed (RESOLVE_CACHED,
/// Linux 5.12), as it has the name of a file that it uses itself: so a dead file system is never
/// asked. Older kernels follow a name only if its last part is `expected`.
/// @return identity without a path or a disk sequence; with the mount that it was reached through,
/// unless it is in /dev.
std::optional<Identity> find_named(const std::filesystem::path& name,
                                   const std::filesystem::path& expected);

/// Whether they are the same file or device, whatever their names.
bool is_same_object(const Identity& one, const Identity& other);

}  // namespace loopingcall::device::detail
