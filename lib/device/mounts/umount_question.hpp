#pragma once

#include <cstdint>
#include <string>

#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"

namespace loopingcall::device::detail {

/// Asks the kernel whether it would refuse to unmount this, without unmounting it: an answer of
/// umount. It knows every use of the mount: also a socket that is bound to a name on it, a file in
/// flight, an export of the NFS server, a descriptor of a process that cannot be seen.
///
/// The kernel marks a mount that is not in use as expired (MNT_EXPIRE), and would unmount it the
/// next time that it is asked so, unless the mount was accessed in between. So this accesses it
/// before and after, and holds a lock on the mount namespace meanwhile: no two checks ask at the
/// same time.
/// @param has_exempt_holder  whether a process uses it that does not count as a holder. This
///                           process need not be named: this finds it.
Answer ask_umount(const Identity& mount, bool has_exempt_holder);

/// How this process uses a mount itself: "its working directory"; empty if it does not.
std::string own_use_of(std::uint64_t mount);

}  // namespace loopingcall::device::detail
