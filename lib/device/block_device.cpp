#include "block_device.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "identity.hpp"
#include "proc_directory.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

std::string first_line(const Path& file) {
    const std::string text = read_proc_file(AT_FDCWD, file.c_str());
    return text.substr(0, text.find('\n'));
}

/// A directory that is not there, or goes away meanwhile, is empty.
std::vector<Path> entries(const Path& directory) {
    std::vector<Path> found;
    std::error_code error;
    std::filesystem::directory_iterator entry(directory, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        found.push_back(entry->path());
    }
    throw_if_shortage(error.value(), directory.native());
    std::sort(found.begin(), found.end());
    return found;
}

bool is_partition(const Path& directory) {
    std::error_code error;
    const bool there = std::filesystem::exists(directory / "partition", error);
    throw_if_shortage(error.value(), directory.native());
    return there;
}

Path directory_of(dev_t device, const Path& sysfs) {
    return sysfs / "dev" / "block" / to_text(device);
}

dev_t parse_number(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return 0;
    return makedev(static_cast<unsigned>(std::atoi(text.c_str())),
                   static_cast<unsigned>(std::atoi(text.c_str() + colon + 1)));
}

/// A slash in a device's name is an exclamation mark in sysfs: "cciss!c0d0".
BlockDevice device_at(const Path& directory) {
    BlockDevice device{.name = directory.filename().string(),
                       .number = parse_number(first_line(directory / "dev"))};
    std::string name = device.name;
    std::replace(name.begin(), name.end(), '!', '/');
    device.node = Path("/dev") / name;
    return device;
}

void collect_holders(dev_t device, const Path& sysfs, std::set<std::string>& seen,
                     std::vector<BlockDevice>& found) {
    for (const Path& entry : entries(directory_of(device, sysfs) / "holders")) {
        if (!seen.insert(entry.filename().string()).second) continue;
        found.push_back(device_at(sysfs / "class" / "block" / entry.filename()));
        collect_holders(found.back().number, sysfs, seen, found);
    }
}

}  // namespace

bool is_shown(dev_t device, const Path& sysfs) {
    return !first_line(directory_of(device, sysfs) / "dev").empty();
}

std::vector<BlockDevice> partitions_of(dev_t disk, const Path& sysfs) {
    std::vector<BlockDevice> partitions;
    for (const Path& entry : entries(directory_of(disk, sysfs))) {
        if (is_partition(entry)) partitions.push_back(device_at(entry));
    }
    return partitions;
}

BlockDevice whole_disk_of(dev_t device, const Path& sysfs) {
    std::error_code error;
    const Path directory = std::filesystem::canonical(directory_of(device, sysfs), error);
    if (error) return {.number = device};
    return device_at(is_partition(directory) ? directory.parent_path() : directory);
}

std::vector<BlockDevice> holders_of(dev_t device, const Path& sysfs) {
    std::set<std::string> seen;
    std::vector<BlockDevice> found;
    collect_holders(device, sysfs, seen, found);
    return found;
}

std::string full_name(const BlockDevice& device, const Path& sysfs) {
    const Path directory = sysfs / "class" / "block" / device.name;
    std::string name = first_line(directory / "dm" / "name");
    if (name.empty()) name = first_line(directory / "md" / "array_name");
    return name.empty() ? device.name : device.name + " (" + name + ')';
}

std::vector<LoopDevice> loop_devices(const Path& sysfs) {
    std::vector<LoopDevice> found;
    for (const Path& entry : entries(sysfs / "class" / "block")) {
        const std::string backing = first_line(entry / "loop" / "backing_file");
        if (!backing.empty()) found.push_back({Path("/dev") / entry.filename(), backing});
    }
    return found;
}

}  // namespace loopingcall::device::detail
