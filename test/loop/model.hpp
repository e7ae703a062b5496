#pragma once

#include <functional>
#include <loopingcall/options.hpp>
#include <loopingcall/outcome.hpp>
#include <optional>
#include <ostream>
#include <vector>

#include "support/virtual_time.hpp"

// A looping call written to be obviously right rather than fast, and the scripts that it and the
// real one are driven by.
namespace test::model {

using loopingcall::Duration;
using loopingcall::Options;
using loopingcall::StopReason;

/// What one call of the body does.
struct Behaviour {
    enum Result { again, after, fail, done } result = again;
    Duration takes{};
    Duration delay{};                // of `after`
    bool heeds_cancellation = true;  // an awaitable body may refuse to give up
};

/// What happens from outside, and when.
struct Control {
    enum Action {
        stop,
        stop_and_cancel,
        trigger,
        trigger_rebase,
        reset,
        set_interval,
        keep_busy,     // the thread, so that all wakes up late
        stop_context,  // which is restarted then
    } action;
    Duration at{};
    Duration interval{};  // of `set_interval` and `keep_busy`
};

struct Script {
    bool awaitable = false;
    bool second_thread = false;   // controls the loop
    Options options;              // without `random`
    std::vector<double> numbers;  // that are drawn, one after the other and over again
    std::vector<Behaviour> body;  // one for each call, and over again
    std::vector<Control> controls;
    Duration horizon{};
};

/// All of a run that can be seen from outside.
struct Trace {
    struct Call {
        Duration started{}, due{};
        std::uint64_t missed = 0;
        bool operator==(const Call&) const = default;
    };
    std::vector<Call> calls;
    std::optional<StopReason> reason;  // none: it had not ended by the horizon
    Duration ended{};
    std::uint64_t failures = 0, consecutive_failures = 0, missed = 0, overruns = 0;
    bool operator==(const Trace&) const = default;
};

std::ostream& operator<<(std::ostream& stream, const Trace& trace);
std::ostream& operator<<(std::ostream& stream, const Script& script);

/// A script made up by chance. No two things of it happen in the same instant.
Script make_script(unsigned seed);

/// The result of the script, by the rules as they are written down.
Trace expected(const Script& script);

}  // namespace test::model
