#include "findings.hpp"

#include <algorithm>

namespace loopingcall::device::detail {

void Findings::add_use(const ScanTargets::Part& part, Place place, pid_t pid, const char* access) {
    const auto use = std::find_if(uses.begin(), uses.end(), [&](const Use& one) {
        return one.target == part.target && one.place == place &&
               one.holder.path == part.part->path;
    });
    if (use == uses.end()) {
        uses.push_back({part.target,
                        place,
                        {.pid = pid,
                         .access = {access},
                         .path = part.part->path,
                         .in_file_system = part.is_file_system}});
        return;
    }
    use->holder.in_file_system = use->holder.in_file_system && part.is_file_system;
    auto& all = use->holder.access;
    if (std::find(all.begin(), all.end(), access) == all.end()) all.emplace_back(access);
}

void Findings::add_passed_over(const ScanTargets::Part& part, pid_t pid, const std::string& why) {
    const auto known = [&](const auto& one) {
        return one.first == part.target && one.second.why == why;
    };
    if (std::none_of(passed_over.begin(), passed_over.end(), known)) {
        passed_over.push_back({part.target, {.pid = pid, .why = why}});
    }
}

void Findings::add_gap(Gap gap) {
    const auto known = [&](const Gap& one) { return one.place == gap.place; };
    if (std::none_of(gaps.begin(), gaps.end(), known)) gaps.push_back(std::move(gap));
}

}  // namespace loopingcall::device::detail
