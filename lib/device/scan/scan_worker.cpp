#include "scan_worker.hpp"

#include <fcntl.h>

#include <exception>
#include <system_error>
#include <utility>

namespace loopingcall::device::detail {

ScanWork::ScanWork(int directory, std::vector<ScanTarget> looked_for)
    : proc(::fcntl(directory, F_DUPFD_CLOEXEC, 0)), targets(std::move(looked_for)) {
    if (!proc.is_open()) throw std::system_error(errno, std::system_category(), "/proc");
    result.targets.resize(targets.size());
}

void ScanWork::merge(const ListedProcess& process, Findings findings) {
    for (auto& [target, place, holder] : findings.uses) {
        auto& holders = result.targets[target].holders;
        holders.at(static_cast<std::size_t>(place)).push_back(std::move(holder));
    }
    for (auto& [target, use] : findings.passed_over) {
        result.targets[target].passed_over.push_back(std::move(use));
    }
    for (Gap& gap : findings.gaps) {
        if (gap.is_refusal) refused.insert(gap.pid);
        result.gaps.push_back(std::move(gap));
    }
    const bool has_more = findings.has_threads || !findings.sockets.empty();
    rings.insert(findings.ring_inodes.begin(), findings.ring_inodes.end());
    if (look == Look::mappings) {
        mapped_rings.erase(process.pid);
        if (!findings.mapped_rings.empty()) {
            mapped_rings[process.pid] = std::move(findings.mapped_rings);
        }
    }
    if (findings.in_flight > 0) in_flight[process.pid] = findings.in_flight;
    if (findings.is_gone) ++gone;
    if (look == Look::descriptors) {
        known.erase(process.pid);
        if (has_more || !findings.rings.empty()) known[process.pid] = std::move(findings);
    } else if (look == Look::threads && !findings.rings.empty()) {
        auto& all = known[process.pid].rings;
        all.insert(all.end(), findings.rings.begin(), findings.rings.end());
    }
}

ScanWorker::ScanWorker(std::shared_ptr<ScanWork> work,
                       std::shared_ptr<const std::atomic<bool>> abandoned)
    : work_(std::move(work)),
      progress_(std::move(abandoned)),
      inspector_(work_->targets, progress_) {}

void ScanWorker::serve(bool stay) {
    std::unique_lock lock(work_->mutex);
    for (;;) {
        const auto has_more = [this] { return work_->next < work_->processes.size(); };
        if (stay) {
            work_->more.wait(lock, [&] { return is_given_up_ || work_->is_closed || has_more(); });
        }
        if (is_given_up_ || work_->is_closed || !has_more()) return;
        process_ = work_->processes[work_->next++];
        const Look look = work_->look;
        const auto found = work_->known.find(process_.pid);
        const Findings known = found == work_->known.end() ? Findings{} : found->second;
        is_busy_ = true;
        ++taken_;

        lock.unlock();
        std::string failure;
        Findings findings = inspect(look, known, failure);
        lock.lock();

        is_busy_ = false;
        if (is_given_up_) return HungProcesses::get().remove(process_, look);
        if (!failure.empty()) work_->result.problem = failure;
        work_->merge(process_, std::move(findings));
        if (--work_->unfinished == 0) work_->done.notify_one();
    }
}

Findings ScanWorker::inspect(Look look, const Findings& known, std::string& failure) {
    try {
        return inspector_.inspect(look, work_->proc.get(), process_.pid, known);
    } catch (const ScanAbandoned&) {
        failure = "the scan of /proc was abandoned";
    } catch (const std::exception& error) {
        failure = std::string("scanning /proc failed: ") + error.what();
    }
    return {};
}

void ScanWorker::give_up() {
    is_given_up_ = true;
    progress_.give_up();
    if (is_busy_) HungProcesses::get().add(process_, work_->look);
}

}  // namespace loopingcall::device::detail
