#include "udev_step.hpp"

namespace loopingcall::device::detail {

SettleStep next_step(const SettleFacts& facts) noexcept {
    if (facts.ping == Ping::absent) return SettleStep::absent;
    const bool answered = facts.ping == Ping::answered;
    const bool is_stranger = facts.ping == Ping::not_allowed;
    if (is_stranger && facts.since_ping < reading_time) return SettleStep::wait;
    if (answered && !facts.queue) return SettleStep::settled;
    const bool later = answered && facts.later_event;
    const bool has_echoed = later || facts.echoes >= (answered ? 1 : 2);
    if (has_echoed) return facts.events ? SettleStep::wait : SettleStep::settled;
    if (!facts.ping) return SettleStep::wait;
    const bool only_an_echo_proves = is_stranger && !facts.queue;
    const bool is_time = only_an_echo_proves || facts.elapsed >= queue_patience;
    const bool awaits = facts.awaits_echo || (answered && facts.awaits_later_event);
    if (facts.may_ask && !awaits && is_time) return SettleStep::ask;
    const bool is_hopeless = !facts.awaits_echo || facts.elapsed >= echo_patience;
    return only_an_echo_proves && is_hopeless ? SettleStep::unproven : SettleStep::wait;
}

}  // namespace loopingcall::device::detail
