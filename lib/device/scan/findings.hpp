#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "process_scan.hpp"
#include "scan_targets.hpp"

namespace loopingcall::device::detail {

/// What one inspection of one process found. It belongs to its thread until it is complete, so
/// that a thread that hangs leaves nothing half done.
struct Findings {
    struct Use {
        std::size_t target;
        Place place;
        Holder holder;
    };

    std::vector<Use> uses = {};
    std::vector<std::pair<std::size_t, PassedOver>> passed_over = {};
    std::vector<Gap> gaps = {};
    /// Its sockets and io_urings: their files of fdinfo, below the directory of the process.
    std::vector<std::string> sockets = {};
    std::vector<std::string> rings = {};
    /// The io_urings that it has a descriptor of, and those that it has mapped, by their inodes.
    std::vector<std::uint64_t> ring_inodes = {};
    std::vector<std::uint64_t> mapped_rings = {};
    bool has_threads = false;
    std::size_t in_flight = 0;
    /// Whether it had ended before it was inspected.
    bool is_gone = false;

    void add_use(const ScanTargets::Part& part, Place place, pid_t pid, const char* access);
    void add_passed_over(const ScanTargets::Part& part, pid_t pid, const std::string& why);
    /// One for each place is enough.
    void add_gap(Gap gap);
};

}  // namespace loopingcall::device::detail
