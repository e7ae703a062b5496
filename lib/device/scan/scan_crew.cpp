#include "scan_crew.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "device/in_milliseconds.hpp"
#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

/// How often the threads are watched, and after what time without progress one more of them goes on
/// with the rest.
constexpr std::chrono::milliseconds slice{20};

std::size_t threads_for(std::size_t processes) {
    constexpr std::size_t fewest_for_a_thread = 64;
    constexpr std::size_t most_threads = 4;
    // It reads a file of /sys each time.
    static const std::size_t cores = std::max(std::thread::hardware_concurrency(), 1U);
    return std::min({processes / fewest_for_a_thread + 1, cores, most_threads});
}

std::pair<Place, const char*> name_of(Look look) {
    switch (look) {
        case Look::descriptors:
            break;
        case Look::threads:
            return {Place::threads, "its threads"};
        case Look::rings:
            return {Place::io_uring, "the files of its io_uring"};
        case Look::mappings:
            return {Place::mappings, "its memory map"};
    }
    return {Place::descriptors, "its descriptors"};
}

/// Whether there is anything to inspect.
bool has_work(Look look, const Findings* known) {
    if (look == Look::threads) return known && (known->has_threads || !known->sockets.empty());
    if (look == Look::rings) return known && !known->rings.empty();
    return true;
}

}  // namespace

// The rest of the time limit is for the waiter.
ScanCrew::ScanCrew(std::shared_ptr<ScanWork> work, const ScanLimits& limits)
    : work_(std::move(work)),
      limits_(limits),
      deadline_(Clock::now() + (limits.whole - limits.patience())) {}

ScanCrew::~ScanCrew() {
    std::unique_lock lock(work_->mutex);
    work_->is_closed = true;
    for (const Member& member : members_) {
        if (member.worker->is_busy() && !member.worker->is_given_up()) member.worker->give_up();
    }
    work_->more.notify_all();
    lock.unlock();
    for (Member& member : members_) {
        // Set by this thread alone.
        if (member.worker->is_given_up()) {
            member.thread.detach();
        } else {
            member.thread.join();
        }
    }
}

std::size_t ScanCrew::look_at(const std::vector<ListedProcess>& processes, Look look) {
    std::unique_lock lock(work_->mutex);
    set_work(processes, look);
    const std::size_t wanted = threads_for(work_->processes.size());
    employ(wanted);
    work_->more.notify_all();
    if (members_.empty()) {  // no thread is available: this one is not watched
        lock.unlock();
        ScanWorker(work_, limits_.abandoned).serve(false);
        return work_->gone;
    }
    auto last = Clock::now();
    while (!work_->done.wait_for(lock, slice, [this] { return work_->unfinished == 0; })) {
        const auto now = Clock::now();
        // Time in which this thread did not run either, as after SIGSTOP, does not count.
        const std::size_t slow =
            watch(std::min<Duration>(now - std::exchange(last, now), 2 * slice));
        const std::string reason = reason_to_stop(now);
        if (!reason.empty()) {
            stop(reason);
            break;
        }
        employ(wanted + slow);
    }
    return work_->gone;
}

/// What the threads find from now on does not count.
void ScanCrew::stop(const std::string& why) {
    work_->result.problem = why;
    work_->next = work_->processes.size();
    for (const Member& member : members_) {
        if (member.worker->is_busy() && !member.worker->is_given_up()) member.worker->give_up();
    }
}

void ScanCrew::set_work(const std::vector<ListedProcess>& processes, Look look) {
    work_->look = look;
    work_->processes.clear();
    for (const ListedProcess& process : processes) {
        if (look != Look::descriptors && work_->refused.contains(process.pid)) continue;
        const auto known = work_->known.find(process.pid);
        if (!has_work(look, known == work_->known.end() ? nullptr : &known->second)) continue;
        if (HungProcesses::get().contains(process, look)) {
            note_hung(process);
        } else {
            work_->processes.push_back(process);
        }
    }
    work_->next = work_->gone = 0;
    work_->unfinished = work_->processes.size();
}

/// So many threads, unless there is less to do or no more are available.
void ScanCrew::employ(std::size_t wanted) {
    const auto serving = static_cast<std::size_t>(
        std::count_if(members_.begin(), members_.end(),
                      [](const Member& one) { return !one.worker->is_given_up(); }));
    const std::size_t left = work_->processes.size() - work_->next;
    try {
        for (std::size_t i = serving; i < std::min(wanted, serving + left); ++i) {
            auto worker = std::make_shared<ScanWorker>(work_, limits_.abandoned);
            members_.reserve(members_.size() + 1);
            std::thread thread([worker] { worker->serve(true); });
            members_.push_back({.worker = std::move(worker), .thread = std::move(thread)});
        }
    } catch (const std::system_error&) {
    }
}

/// @return how many threads do not come any further.
std::size_t ScanCrew::watch(Duration passed) {
    std::size_t slow = 0;
    for (Member& member : members_) {
        ScanWorker& worker = *member.worker;
        if (!worker.is_busy() || worker.is_given_up()) continue;
        if (!is_hung(member, passed)) {
            if (member.stuck >= slice) ++slow;
            continue;
        }
        is_full_ = HungProcesses::get().is_full();
        if (is_full_) break;
        worker.give_up();
        note_hung(worker.process());
        --work_->unfinished;
    }
    constexpr std::size_t most_spare_threads = 16;
    return std::min(slow, most_spare_threads);
}

bool ScanCrew::is_hung(Member& member, Duration passed) const {
    const ScanWorker& worker = *member.worker;
    const bool same = std::exchange(member.taken, worker.taken()) == worker.taken();
    const bool still = std::exchange(member.entries, worker.entries()) == worker.entries();
    member.in_process = same ? member.in_process + passed : Duration{0};
    member.stuck = same && still ? member.stuck + passed : Duration{0};
    return member.stuck >= limits_.patience() || member.in_process >= limits_.whole / 2;
}

void ScanCrew::note_hung(const ListedProcess& process) {
    const auto [place, what] = name_of(work_->look);
    Gap gap{.pid = process.pid,
            .place = place,
            .why = std::string(what) + " could not be read within " +
                   in_milliseconds(limits_.patience())};
    if (place == Place::io_uring) {
        const auto entry = open_place(work_->proc.get(), std::to_string(process.pid).c_str());
        gap.opener = opener_of(entry.get());
    }
    work_->result.gaps.push_back(std::move(gap));
}

std::string ScanCrew::reason_to_stop(Clock::time_point now) const {
    if (limits_.abandoned && *limits_.abandoned) return "the scan of /proc was abandoned";
    if (is_full_) {
        return "too many threads hang in processes that cannot be inspected";
    }
    if (now < deadline_) return {};
    return "scanning /proc took longer than check_device_probe_timeout (" +
           in_milliseconds(limits_.whole) + ")";
}

}  // namespace loopingcall::device::detail
