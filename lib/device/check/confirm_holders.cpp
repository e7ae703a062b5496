#include "confirm_holders.hpp"

#include <algorithm>

namespace loopingcall::device::detail {

namespace {

bool uses(const TargetScan& found, pid_t pid) {
    return std::any_of(found.holders.begin(), found.holders.end(), [&](const auto& holders) {
        return std::any_of(holders.begin(), holders.end(),
                           [&](const Holder& one) { return one.pid == pid; });
    });
}

}  // namespace

void confirm_holders(Report& probe, const ProcessScan& scan) {
    if (scan.targets.empty() || !scan.problem.empty()) return;
    const TargetScan& found = scan.targets.front();
    const auto is_none = [&](const Holder& holder) {
        const bool incomplete = std::any_of(scan.gaps.begin(), scan.gaps.end(),
                                            [&](const Gap& gap) { return gap.pid == holder.pid; });
        const bool passed_over =
            std::any_of(found.passed_over.begin(), found.passed_over.end(),
                        [&](const PassedOver& one) { return one.pid == holder.pid; });
        return passed_over && !incomplete && !uses(found, holder.pid);
    };
    std::erase_if(probe.holders, is_none);
    if (probe.holders.empty() && probe.state == State::busy) probe.state = State::free;
}

}  // namespace loopingcall::device::detail
