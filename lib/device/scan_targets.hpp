#pragma once

#include <sys/stat.h>

#include <loopingcall/device/report.hpp>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "process_scan.hpp"

namespace loopingcall::device::detail {

/// Finds what a process has in its hands among what is looked for, and notes it there.
class ScanTargets {
  public:
    explicit ScanTargets(const std::vector<ScanTarget>& targets);

    /// Notes that a process uses what was found, if it is looked for.
    /// @param for_writing  whether it may write to it; matters only if counts_only_for_writing().
    /// @return whether it is.
    bool note(const struct statx& found, pid_t pid, const char* access, bool for_writing);

    /// Whether what was found counts only if it is open for writing.
    [[nodiscard]] bool counts_only_for_writing(const struct statx& found) const;

    /// Whether a file with this inode is looked for, on whatever file system.
    [[nodiscard]] bool has_inode(std::uint64_t inode) const { return inodes_.contains(inode); }

    /// The holders of each target.
    [[nodiscard]] const std::vector<std::vector<Holder>>& found() const { return holders_; }

  private:
    struct Key {
        bool is_device;
        std::uint64_t high;
        std::uint64_t low;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const noexcept {
            return (key.high * 0x9E3779B97F4A7C15U) ^ (key.low << 1U) ^ (key.is_device ? 1U : 0U);
        }
    };
    struct Place {
        std::size_t target;
        const Identity* part;
        bool for_writing;
    };

    static Key key_of(const Identity& identity);
    static Key key_of(const struct statx& found);
    void note(Place place, pid_t pid, const char* access);

    std::unordered_multimap<Key, Place, Hash> places_;
    std::unordered_set<std::uint64_t> inodes_;
    bool any_for_writing_ = false;
    std::vector<std::vector<Holder>> holders_;
};

}  // namespace loopingcall::device::detail
