#include "scan_targets.hpp"

#include <sys/sysmacros.h>

#include <utility>

#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

ScanTargets::ScanTargets(std::vector<ScanTarget> targets) : targets_(std::move(targets)) {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        for (const Identity& part : targets_[i].parts) add(part, {i, &part, false});
        for (const Identity& part : targets_[i].for_writing) add(part, {i, &part, true});
        for (const UsedFileSystem& used : targets_[i].file_systems) add(used, i);
    }
}

void ScanTargets::add(const Identity& part, Part place) {
    places_.emplace(key_of(part), place);
    if (part.is_block_device) {
        has_block_device_ = true;
    } else {
        inodes_.insert(part.inode);
        file_systems_.insert(part.file_system);
    }
}

void ScanTargets::add(const UsedFileSystem& used, std::size_t target) {
    const Part place{target, &used.part, false, true};
    for (const dev_t number : used.devices) {
        numbers_.emplace(number, place);
        file_systems_.insert(number);
    }
    for (const std::uint64_t mount : used.mounts) mounts_.emplace(mount, place);
    if (used.part.is_mount_point) file_systems_.insert(used.part.file_system);
}

/// Mostly nothing is searched for like this: then it costs next to nothing.
std::vector<ScanTargets::Part> ScanTargets::file_systems_of(const struct statx& found) const {
    std::vector<Part> places;
    const auto add_all = [&](const auto& range) {
        for (auto place = range.first; place != range.second; ++place) {
            places.push_back(place->second);
        }
    };
    if (!numbers_.empty()) {
        add_all(numbers_.equal_range(makedev(found.stx_dev_major, found.stx_dev_minor)));
    }
    if (!mounts_.empty()) {
        if (const auto mount = mount_of(found)) add_all(mounts_.equal_range(*mount));
    }
    return places;
}

ScanTargets::Key ScanTargets::key_of(const Identity& identity) {
    if (identity.is_block_device) return {true, 0, identity.number};
    return {false, identity.file_system, identity.inode};
}

ScanTargets::Key ScanTargets::key_of(const struct statx& found) {
    if (S_ISBLK(found.stx_mode)) {
        return {true, 0, makedev(found.stx_rdev_major, found.stx_rdev_minor)};
    }
    return {false, makedev(found.stx_dev_major, found.stx_dev_minor), found.stx_ino};
}

std::vector<ScanTargets::Part> ScanTargets::places_of(const struct statx& found) const {
    std::vector<Part> places;
    const auto [begin, end] = places_.equal_range(key_of(found));
    for (auto place = begin; place != end; ++place) places.push_back(place->second);
    for (const Part& used : file_systems_of(found)) places.push_back(used);
    return places;
}

std::vector<ScanTargets::Part> ScanTargets::places_at(std::string_view path) const {
    std::vector<Part> places;
    for (const auto& [key, place] : places_) {
        if (place.part->path.native() == path) places.push_back(place);
    }
    return places;
}

}  // namespace loopingcall::device::detail
