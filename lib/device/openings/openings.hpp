#pragma once

#include <vector>

#include "device/claims/claims.hpp"
#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"

namespace loopingcall::device::detail {

/// What is to be opened to find uses that no table shows.
struct ToOpen {
    Identity whole = {};
    std::vector<Identity> partitions = {};
    bool partitions_count = true;
    /// Whether the tables show a claim on a partition; asked for only if partitions do not count.
    bool partition_is_claimed = false;
    /// Entries of the kernel's tables that may be a use of this file.
    std::vector<Unplaced> unplaced = {};
    /// Whether a process has it open that does not count as a holder. This process need not be
    /// named: this finds it.
    bool has_exempt_holder = false;
};

/// Asks the kernel by opening the device or file: an answer of exclusive_open for a block device;
/// of lease, and of the sources of `unplaced`, for a regular file; of umount for a mount point;
/// none for anything else.
///
/// An opening that succeeds is an event to every watch of the node, and an OwnOpening. A claim in
/// progress makes it block.
std::vector<Answer> try_openings(const ToOpen& what);

/// Whether the kernel refuses an exclusive open, as mkfs and partitioning tools ask for.
///
/// Finds a mount in another mount namespace, and a claim by a driver that shows itself nowhere. An
/// opening of a disk fails, too, if one of its partitions is claimed.
Answer open_exclusively(const Identity& part);

/// Whether a regular file is open anywhere, in the kernel itself and where no process shows it
/// included: the kernel grants a write lease only if there is no other opening. The lease is given
/// back at once; a process that opens the file in those microseconds waits, or gets EWOULDBLOCK
/// with O_NONBLOCK.
Answer try_lease(int descriptor, const Identity& file, bool has_exempt_holder);

/// Whether the kernel grants a write lease at once, which proves that this regular file is open
/// nowhere. An opening like that of try_openings().
bool is_open_nowhere(const Identity& file);

/// Whether this process has the file open itself, beside this descriptor: by another one, or
/// mapped.
bool holds_open(const Identity& file, int besides);

}  // namespace loopingcall::device::detail
