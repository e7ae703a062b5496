#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "process_scan.hpp"

namespace loopingcall::device::detail {

/// Decides whether something that a process uses is a target. Does not change: all threads of a
/// scan share it.
class ScanTargets {
  public:
    /// One part of one target.
    struct Part {
        std::size_t target;
        const Identity* part;
        bool for_writing;  ///< whether it counts only if it is open for writing
        /// Whether it is a file system: then everything that refers to it counts.
        bool is_file_system = false;
    };

    explicit ScanTargets(std::vector<ScanTarget> targets);
    ScanTargets(const ScanTargets&) = delete;
    ScanTargets& operator=(const ScanTargets&) = delete;

    [[nodiscard]] std::size_t size() const { return targets_.size(); }

    /// The parts of targets that this is.
    [[nodiscard]] std::vector<Part> places_of(const struct statx& found) const;
    [[nodiscard]] bool contains(const struct statx& found) const {
        return places_.contains(key_of(found)) || !file_systems_of(found).empty();
    }
    /// The parts of targets that had this path when they were identified.
    [[nodiscard]] std::vector<Part> places_at(std::string_view path) const;

    /// Whether it matters through which mount a file is reached.
    [[nodiscard]] bool has_mounts() const { return !mounts_.empty(); }

    /// Whether a file with this inode is a target, on whatever file system.
    [[nodiscard]] bool has_inode(std::uint64_t inode) const { return inodes_.contains(inode); }
    /// Whether a block device is a target.
    [[nodiscard]] bool has_block_device() const { return has_block_device_; }
    /// Whether there is another target that lies on this file system.
    [[nodiscard]] bool has_file_on(dev_t file_system) const {
        return file_systems_.contains(file_system);
    }

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

    static Key key_of(const Identity& identity);
    static Key key_of(const struct statx& found);
    void add(const Identity& part, Part place);
    void add(const UsedFileSystem& used, std::size_t target);
    [[nodiscard]] std::vector<Part> file_systems_of(const struct statx& found) const;

    std::vector<ScanTarget> targets_;
    std::unordered_multimap<Key, Part, Hash> places_;
    std::unordered_multimap<dev_t, Part> numbers_;
    std::unordered_multimap<std::uint64_t, Part> mounts_;
    std::unordered_set<std::uint64_t> inodes_;
    std::unordered_set<dev_t> file_systems_;
    bool has_block_device_ = false;
};

}  // namespace loopingcall::device::detail
