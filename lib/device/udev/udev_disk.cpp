#include "udev_disk.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "device/kernel/block_device.hpp"
#include "device/kernel/identity.hpp"
#include "device/kernel/proc_directory.hpp"
#include "device/openings/udev_node.hpp"

namespace loopingcall::device::detail {

namespace {

bool begins_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

/// The driver may have named the node otherwise than sysfs names the device.
std::filesystem::path node_of(const BlockDevice& device, const UdevPlaces& places) {
    const auto file = places.sysfs / "dev" / "block" / to_text(device.number) / "uevent";
    const std::string text = read_proc_file(AT_FDCWD, file.c_str());
    constexpr std::string_view key = "DEVNAME=";
    const std::size_t found = text.find(key);
    if (found == std::string::npos) return places.dev / device.node.lexically_relative("/dev");
    const std::size_t begin = found + key.size();
    return places.dev / text.substr(begin, text.find('\n', begin) - begin);
}

/// As events name it.
std::string path_of(dev_t disk, const std::filesystem::path& sysfs) {
    std::error_code error;
    const auto found = std::filesystem::canonical(sysfs / "dev" / "block" / to_text(disk), error);
    if (error) return {};
    return '/' + found.lexically_relative(sysfs).native();
}

}  // namespace

UdevDisk find_udev_disk(dev_t device, const UdevPlaces& places) {
    const BlockDevice whole = whole_disk_of(device, places.sysfs);
    UdevDisk disk{.number = whole.number,
                  .path = path_of(whole.number, places.sysfs),
                  .node = node_of(whole, places),
                  .uevent_file = places.sysfs / "dev" / "block" / to_text(whole.number) / "uevent"};
    disk.nodes.push_back(disk.node);
    for (const BlockDevice& one : partitions_of(whole.number, places.sysfs)) {
        disk.nodes.push_back(node_of(one, places));
    }
    disk.has_nodes_of_udevd = are_nodes_of_udevd(disk.nodes, places);
    disk.lockable =
        !whole.name.empty() && !begins_with_any(whole.name, {"dm-", "md", "drbd", "zram"});
    disk.takes_events = !whole.name.empty() && !begins_with_any(whole.name, {"dm-"});
    return disk;
}

}  // namespace loopingcall::device::detail
