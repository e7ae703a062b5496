#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace loopingcall::device::detail {

/// For each file that /proc/PID/maps names, one of its mappings: the name of its link in
/// /proc/PID/map_files. Which file it is the kernel tells there, as it tells it for a descriptor;
/// the device and inode in the text itself are not those of stat() on every file system. A pure
/// function.
void for_each_mapped_file(std::string_view maps,
                          const std::function<void(const std::string& link)>& visit);

}  // namespace loopingcall::device::detail
