// The names of enumerators, as in the source.
#include <loopingcall/missed_ticks.hpp>
#include <loopingcall/observer.hpp>
#include <loopingcall/outcome.hpp>
#include <ostream>

namespace loopingcall {

const char* to_string(StopReason reason) noexcept {
    switch (reason) {
        case StopReason::done:
            return "done";
        case StopReason::stopped:
            return "stopped";
        case StopReason::timed_out:
            return "timed_out";
        case StopReason::exhausted:
            return "exhausted";
        case StopReason::failed:
            return "failed";
    }
    return "unknown";
}

const char* to_string(MissedTicks policy) noexcept {
    switch (policy) {
        case MissedTicks::skip:
            return "skip";
        case MissedTicks::coalesce:
            return "coalesce";
        case MissedTicks::delay:
            return "delay";
        case MissedTicks::burst:
            return "burst";
        case MissedTicks::after_completion:
            return "after_completion";
    }
    return "unknown";
}

const char* to_string(DelayReason reason) noexcept {
    switch (reason) {
        case DelayReason::interval:
            return "interval";
        case DelayReason::overdue:
            return "overdue";
        case DelayReason::after:
            return "after";
        case DelayReason::backoff:
            return "backoff";
        case DelayReason::trigger:
            return "trigger";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& stream, StopReason reason) {
    return stream << to_string(reason);
}

std::ostream& operator<<(std::ostream& stream, MissedTicks policy) {
    return stream << to_string(policy);
}

std::ostream& operator<<(std::ostream& stream, DelayReason reason) {
    return stream << to_string(reason);
}

}  // namespace loopingcall
