#include "scan_targets.hpp"

#include <sys/sysmacros.h>

#include <algorithm>

namespace loopingcall::device::detail {

ScanTargets::ScanTargets(const std::vector<ScanTarget>& targets) : holders_(targets.size()) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
        for (const Identity& part : targets[i].parts) {
            places_.emplace(key_of(part), Place{i, &part, false});
            if (!part.is_block_device) inodes_.insert(part.inode);
        }
        for (const Identity& part : targets[i].for_writing) {
            places_.emplace(key_of(part), Place{i, &part, true});
            any_for_writing_ = true;
        }
    }
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

bool ScanTargets::counts_only_for_writing(const struct statx& found) const {
    if (!any_for_writing_ || !S_ISBLK(found.stx_mode)) return false;
    const auto [begin, end] = places_.equal_range(key_of(found));
    return std::any_of(begin, end, [](const auto& place) { return place.second.for_writing; });
}

bool ScanTargets::note(const struct statx& found, pid_t pid, const char* access, bool for_writing) {
    const auto [begin, end] = places_.equal_range(key_of(found));
    for (auto place = begin; place != end; ++place) {
        if (for_writing || !place->second.for_writing) note(place->second, pid, access);
    }
    return begin != end;
}

/// A process is looked at as a whole before the next one, so that it is the last one noted.
void ScanTargets::note(Place place, pid_t pid, const char* access) {
    auto& holders = holders_[place.target];
    const auto holder = std::find_if(holders.begin(), holders.end(), [&](const Holder& one) {
        return one.pid == pid && one.path == place.part->path;
    });
    if (holder == holders.end()) {
        holders.push_back({.pid = pid, .access = {access}, .path = place.part->path});
        return;
    }
    auto& all = holder->access;
    if (std::find(all.begin(), all.end(), access) == all.end()) all.emplace_back(access);
}

}  // namespace loopingcall::device::detail
