#include "process_scan.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <tuple>
#include <utility>

#include "device/kernel/proc_directory.hpp"
#include "device/proc/process_info.hpp"
#include "device/proc/process_list.hpp"
#include "listing_rounds.hpp"
#include "scan_crew.hpp"

namespace loopingcall::device::detail {

namespace {

using Processes = std::vector<ListedProcess>;
using Clock = std::chrono::steady_clock;

class Scan {
  public:
    Scan(ProcessList& list, std::vector<ScanTarget> targets, const ScanLimits& limits)
        : list_(list),
          limits_(limits),
          work_(std::make_shared<ScanWork>(list.descriptor(), std::move(targets))),
          crew_(work_, limits) {}

    /// The whole of it, and the processes that began meanwhile.
    void of_all() {
        Processes all = list_.read_new();
        const std::size_t gone = crew_.look_at(all, Look::descriptors);
        work_->result.is_shallow = has_found_all();
        if (work_->result.is_shallow) return;
        look_deeper(all);
        follow(all, gone);
        look_for_rings(all);
    }

    void of(const Processes& processes) {
        crew_.look_at(processes, Look::descriptors);
        look_deeper(processes);
    }

    ProcessScan result() {
        const std::lock_guard lock(work_->mutex);
        for (const auto& [pid, count] : work_->in_flight) work_->result.in_flight += count;
        return std::move(work_->result);
    }

  private:
    [[nodiscard]] bool failed() const {
        const std::lock_guard lock(work_->mutex);
        return !work_->result.problem.empty();
    }

    [[nodiscard]] bool has_found_all() const {
        const std::lock_guard lock(work_->mutex);
        const auto& targets = work_->result.targets;
        return std::all_of(targets.begin(), targets.end(),
                           [](const TargetScan& one) { return one.has_holder(); });
    }

    void look_deeper(const Processes& processes) {
        for (const Look look : {Look::threads, Look::rings, Look::mappings}) {
            if (!failed()) crew_.look_at(processes, look);
        }
    }

    /// A holder that forks and ends leaves a process that was not listed.
    void follow(Processes& all, std::size_t gone) {
        const auto end = Clock::now() + limits_.patience();
        ListingRounds rounds(gone);
        while (!failed()) {
            const Processes fresh = list_.read_new();
            gone = crew_.look_at(fresh, Look::descriptors);
            if (has_found_all()) return;
            look_deeper(fresh);
            all.insert(all.end(), fresh.begin(), fresh.end());
            switch (rounds.next(fresh.size(), gone, Clock::now() >= end)) {
                case ListingRounds::Step::again:
                    break;
                case ListingRounds::Step::turmoil:
                    work_->result.turmoil =
                        "processes came and went faster than they could be inspected";
                    return;
                case ListingRounds::Step::complete:
                    return;
            }
        }
    }

    /// A ring that is mapped, and that no descriptor was found of, cannot be asked for its files.
    /// One that was made during the scan has a descriptor by now.
    void look_for_rings(const Processes& all) {
        const Processes suspects = with_unseen_rings(all);
        if (suspects.empty() || failed()) return;
        of(suspects);
        for (const ListedProcess& process : with_unseen_rings(suspects)) {
            const auto place = open_place(list_.descriptor(), std::to_string(process.pid).c_str());
            work_->result.gaps.push_back({.pid = process.pid,
                                          .place = Place::io_uring,
                                          .why = "it has an io_uring without a descriptor, whose "
                                                 "registered files cannot be listed",
                                          .opener = opener_of(place.get())});
        }
    }

    [[nodiscard]] Processes with_unseen_rings(const Processes& among) const {
        const std::lock_guard lock(work_->mutex);
        Processes found;
        const auto is_unseen = [this](std::uint64_t ring) { return !work_->rings.contains(ring); };
        for (const ListedProcess& process : among) {
            const auto mapped = work_->mapped_rings.find(process.pid);
            if (mapped == work_->mapped_rings.end()) continue;
            if (std::any_of(mapped->second.begin(), mapped->second.end(), is_unseen)) {
                found.push_back(process);
            }
        }
        return found;
    }

    ProcessList& list_;
    ScanLimits limits_;
    std::shared_ptr<ScanWork> work_;
    ScanCrew crew_;
};

/// A process may have been inspected twice.
void put_in_order(std::vector<Holder>& holders) {
    const auto order = [](const Holder& one, const Holder& other) {
        return std::tie(one.pid, one.path) < std::tie(other.pid, other.path);
    };
    const auto same = [](const Holder& one, const Holder& other) {
        return one.pid == other.pid && one.path == other.path;
    };
    std::stable_sort(holders.begin(), holders.end(), order);
    holders.erase(std::unique(holders.begin(), holders.end(), same), holders.end());
    for (Holder& holder : holders) identify(holder);
}

/// By pid and place; equal items are listed once.
template <class Item, class Key>
void put_in_order(std::vector<Item>& items, Key key) {
    std::stable_sort(items.begin(), items.end(),
                     [&](const Item& one, const Item& other) { return key(one) < key(other); });
    const auto same = [&](const Item& one, const Item& other) { return key(one) == key(other); };
    items.erase(std::unique(items.begin(), items.end(), same), items.end());
}

void put_in_order(ProcessScan& scan) {
    for (TargetScan& target : scan.targets) {
        for (auto& holders : target.holders) put_in_order(holders);
        put_in_order(target.passed_over,
                     [](const PassedOver& one) { return std::tie(one.pid, one.why); });
        for (PassedOver& one : target.passed_over) one.command = name_of_process(one.pid);
    }
    put_in_order(scan.gaps, [](const Gap& one) { return std::tie(one.pid, one.place); });
    for (Gap& gap : scan.gaps) {
        if (!gap.is_refusal) gap.command = name_of_process(gap.pid);
    }
}

bool may_have_opened(const Opener& who, const ScanTarget& target) {
    const auto one = [&](const Identity& part) { return may_have_opened(who, part.path); };
    return std::any_of(target.parts.begin(), target.parts.end(), one) ||
           std::any_of(target.for_writing.begin(), target.for_writing.end(), one);
}

void assign_rings(ProcessScan& scan, const std::vector<ScanTarget>& targets) {
    for (const Gap& gap : scan.gaps) {
        if (gap.place != Place::io_uring) continue;
        for (std::size_t i = 0; i < targets.size(); ++i) {
            if (may_have_opened(gap.opener, targets[i])) scan.targets[i].rings.push_back(gap);
        }
    }
}

Processes listed(int proc, const std::vector<pid_t>& pids) {
    Processes processes;
    for (const pid_t pid : pids) {
        struct stat status {};
        if (::fstatat(proc, std::to_string(pid).c_str(), &status, 0) == 0) {
            processes.push_back({pid, status.st_ino});
        }
    }
    return processes;
}

ProcessScan scan(const std::vector<ScanTarget>& targets, const IgnoredProcesses& ignored,
                 const ScanLimits& limits, const std::filesystem::path& proc,
                 const std::vector<pid_t>* these) {
    ProcessScan result;
    ProcessList list(proc.c_str(), ignored);
    result.targets.resize(targets.size());
    result.problem = list.problem();
    if (!result.problem.empty()) return result;
    const std::string blind_spot = list.blind_spot();
    {
        Scan scan(list, targets, limits);
        if (these) {
            scan.of(listed(list.descriptor(), *these));
        } else {
            scan.of_all();
        }
        result = scan.result();
    }
    result.blind_spot = blind_spot;
    result.ignored = list.ignored();
    put_in_order(result);
    assign_rings(result, targets);
    return result;
}

}  // namespace

bool TargetScan::has_holder() const {
    return std::any_of(holders.begin(), holders.end(),
                       [](const auto& one) { return !one.empty(); });
}

ProcessScan scan_processes(const std::vector<ScanTarget>& targets, const IgnoredProcesses& ignored,
                           const ScanLimits& limits, const std::filesystem::path& proc) {
    return scan(targets, ignored, limits, proc, nullptr);
}

ProcessScan scan_these(const std::vector<pid_t>& pids, const std::vector<ScanTarget>& targets,
                       const ScanLimits& limits, const std::filesystem::path& proc) {
    return scan(targets, {}, limits, proc, &pids);
}

}  // namespace loopingcall::device::detail
