#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::device::detail {

/// How the kernel shows the files that are registered with an io_uring.
struct RingFormat {
    /// The whole path (Linux 6.14), escaped; else the last part of it, or something else if that is
    /// long.
    bool has_paths = false;
    /// A ring whose lock is held at the moment shows nothing at all (Linux 6.16); else it shows how
    /// many files there are, and none of them.
    bool is_silent_if_busy = false;
};

/// What this kernel shows, by its release as in uname(2). A pure function.
RingFormat ring_format_of(std::string_view kernel_release);

/// What /proc/PID/fdinfo of an io_uring says of the files that are registered with it.
struct RegisteredFiles {
    /// Whether the files are listed. They are not while the ring is busy.
    bool is_listed = false;
    /// Absolute paths, unescaped. That of a deleted file ends in " (deleted)".
    std::vector<std::string> paths = {};
    /// Names that say too little: base names, or text that is not a name at all.
    std::vector<std::string> unclear = {};
};

/// Reads the list. Names of anonymous inodes, sockets and pipes are left out. A pure function.
///
/// What a name holds cannot end the list or add to it where the kernel shows paths, since it
/// escapes blanks and newlines there; where it shows base names, they are unclear anyway.
RegisteredFiles parse_registered_files(std::string_view fdinfo, const RingFormat& format);

}  // namespace loopingcall::device::detail
