#include "udev_step.hpp"

namespace loopingcall::device::detail {

SettleStep next_step(const SettleFacts& facts) noexcept {
    if (facts.ping == Ping::absent) return SettleStep::absent;
    const bool answered = facts.ping == Ping::answered;
    const bool only_time_proves = facts.ping == Ping::not_allowed;
    if (only_time_proves && facts.since_ping < reading_time) return SettleStep::wait;
    if ((answered || only_time_proves) && !facts.queue) return SettleStep::settled;
    if (facts.echoes >= (answered ? 1 : 2)) return SettleStep::settled;
    const bool may_ask = facts.may_ask && !facts.awaits_echo && facts.elapsed >= queue_patience;
    return may_ask ? SettleStep::ask : SettleStep::wait;
}

}  // namespace loopingcall::device::detail
