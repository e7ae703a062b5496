#include "block_device.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <set>
#include <system_error>
#include <thread>

#include "identity.hpp"
#include "presence.hpp"
#include "proc_directory.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

using namespace std::chrono_literals;
using Path = std::filesystem::path;

bool is_partition(const Path& directory) {
    std::error_code error;
    const bool there = std::filesystem::exists(directory / "partition", error);
    throw_if_shortage(error.value(), directory.native());
    return there;
}

dev_t parse_number(const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string::npos) return 0;
    return makedev(static_cast<unsigned>(std::atoi(text.c_str())),
                   static_cast<unsigned>(std::atoi(text.c_str() + colon + 1)));
}

/// A slash in a device's name is an exclamation mark in sysfs: "cciss!c0d0".
BlockDevice device_at(const Path& directory) {
    BlockDevice device{.name = directory.filename().string(), .number = number_of(directory)};
    std::string name = device.name;
    std::replace(name.begin(), name.end(), '!', '/');
    device.node = Path("/dev") / name;
    return device;
}

/// The kernel refuses to show a name that is longer than a page.
std::string backing_name_of(const Path& loop) try {
    return first_line_of(loop / "loop" / "backing_file");
} catch (const std::system_error& error) {
    throw_if_shortage(error.code().value(), loop.native());
    return {};
}

void collect_holders(dev_t device, const Path& sysfs, std::set<std::string>& seen,
                     std::vector<BlockDevice>& found) {
    for (const Path& entry : entries_of(directory_of(device, sysfs) / "holders")) {
        if (!seen.insert(entry.filename().string()).second) continue;
        found.push_back(device_at(sysfs / "class" / "block" / entry.filename()));
        collect_holders(found.back().number, sysfs, seen, found);
    }
}

}  // namespace

std::vector<Path> entries_of(const Path& directory) {
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

dev_t number_of(const Path& directory) { return parse_number(first_line_of(directory / "dev")); }

std::string name_of(dev_t device, const Path& sysfs) {
    std::error_code error;
    const Path directory = std::filesystem::canonical(directory_of(device, sysfs), error);
    return error ? std::string() : directory.filename().string();
}

bool is_shown(dev_t device, const Path& sysfs) {
    return !first_line_of(directory_of(device, sysfs) / "dev").empty();
}

std::vector<BlockDevice> partitions_of(dev_t disk, const Path& sysfs) {
    std::vector<BlockDevice> partitions;
    for (const Path& entry : entries_of(directory_of(disk, sysfs))) {
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
    std::string name = first_line_of(directory / "dm" / "name");
    if (name.empty()) name = first_line_of(directory / "md" / "array_name");
    return name.empty() ? device.name : device.name + " (" + name + ')';
}

std::vector<BoundLoop> bound_loops(const Path& sysfs) {
    std::vector<BoundLoop> found;
    for (const Path& entry : entries_of(sysfs / "block")) {
        if (!entry.filename().native().starts_with("loop")) continue;
        BlockDevice device = device_at(entry);
        // One that shows no number is hidden; what it has behind it has to be asked for.
        const bool hidden = device.number == 0;
        if (!hidden && first_line_of(entry / "loop" / "offset").empty()) continue;
        const std::string sequence = first_line_of(entry / "diskseq");
        found.push_back({.device = std::move(device),
                         .backing_name = backing_name_of(entry),
                         .sequence = std::strtoull(sequence.c_str(), nullptr, 10)});
    }
    return found;
}

bool shows_holders(dev_t device, const Path& sysfs) {
    const Path directory = directory_of(device, sysfs);
    std::error_code error;
    for (const auto pause : {1ms, 5ms, 20ms, 50ms, 0ms}) {
        if (std::filesystem::is_directory(directory / "holders", error)) return true;
        if (!std::filesystem::exists(directory, error)) return false;
        std::this_thread::sleep_for(pause);
    }
    return false;
}

}  // namespace loopingcall::device::detail
