#pragma once

#include <cstddef>
#include <string_view>

namespace loopingcall::device::detail {

/// What /proc/PID/fdinfo/N says of a descriptor.
struct DescriptorInfo {
    /// Opened with O_PATH: it names a file, and has opened neither the file nor its device.
    bool is_path_only = false;
    /// A BSD lock, by flock(2), was taken through this open file description.
    bool has_flock = false;
};

/// Reads the lines that the kernel writes before those of the file itself. A pure function.
DescriptorInfo parse_descriptor_info(std::string_view fdinfo);

/// Descriptors that were sent to a socket and have not been received: `scm_fds: 2` (Linux 5.6). A
/// pure function.
std::size_t descriptors_in_flight(std::string_view fdinfo);

}  // namespace loopingcall::device::detail
