#include "hung_processes.hpp"

#include <algorithm>

namespace loopingcall::device::detail {

HungProcesses& HungProcesses::get() {
    static auto* const all = new HungProcesses;  // threads may come back after static destructors
    return *all;
}

void HungProcesses::add(const ListedProcess& process, Look look) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({process, look});
}

void HungProcesses::remove(const ListedProcess& process, Look look) {
    const std::lock_guard lock(mutex_);
    const auto entry = std::find(entries_.begin(), entries_.end(), Entry{process, look});
    if (entry != entries_.end()) entries_.erase(entry);
}

bool HungProcesses::contains(const ListedProcess& process, Look look) const {
    const std::lock_guard lock(mutex_);
    return std::find(entries_.begin(), entries_.end(), Entry{process, look}) != entries_.end();
}

bool HungProcesses::is_full() const {
    constexpr std::size_t most = 64;
    const std::lock_guard lock(mutex_);
    return entries_.size() >= most;
}

}  // namespace loopingcall::device::detail
