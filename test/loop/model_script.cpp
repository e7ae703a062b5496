#include <algorithm>
#include <array>
#include <random>

#include "model.hpp"

namespace test::model {

using loopingcall::MissedTicks;
using loopingcall::OnError;

namespace {

/// All that a script plans is a multiple of this; controls come at offsets of their own, and so do
/// deadlines, so that no two of them ever meet.
constexpr Duration unit{64};
constexpr Duration deadline_offset{63};
constexpr Duration call_timeout_offset{32};
constexpr Duration grace_offset{20};
constexpr int most_controls = 12;

class Chance {
  public:
    explicit Chance(unsigned seed) : engine_(seed) {}

    int upto(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
    bool one_in(int count) { return upto(count - 1) == 0; }
    Duration units(int most) { return upto(most) * unit; }
    double uniform() { return std::uniform_real_distribution<double>(0, 1)(engine_); }

  private:
    std::mt19937 engine_;
};

OnError on_error(Chance& chance) {
    OnError result;
    result.action = static_cast<OnError::Action>(chance.upto(2));
    result.delays.initial = chance.units(4);
    result.delays.multiplier = 1 + chance.upto(1);
    result.delays.maximum = 20 * unit;
    if (chance.one_in(2)) result.max_in_a_row = static_cast<std::uint64_t>(2 + chance.upto(3));
    return result;
}

Options options(Chance& chance, bool awaitable) {
    Options result;
    result.interval = unit + chance.units(15);
    result.initial_delay = chance.one_in(3) ? chance.units(40) : Duration{};
    result.missed_ticks = static_cast<MissedTicks>(chance.upto(4));
    // A power of two, so that offsets are whole numbers of nanoseconds, and not of units.
    if (chance.one_in(4)) result.jitter = 0.25;
    if (chance.one_in(4)) result.timeout = chance.units(150) + deadline_offset;
    if (awaitable && chance.one_in(3)) {
        result.call_timeout = chance.units(20) + call_timeout_offset;
    }
    if (chance.one_in(4)) result.max_calls = static_cast<std::uint64_t>(1 + chance.upto(12));
    if (!chance.one_in(3)) result.on_error = on_error(chance);
    if (chance.one_in(3)) result.misfire_grace_time = chance.units(12) + grace_offset;
    return result;
}

std::vector<Behaviour> body(Chance& chance) {
    std::vector<Behaviour> result(static_cast<std::size_t>(1 + chance.upto(8)));
    for (Behaviour& call : result) {
        const int what = chance.upto(29);
        call.result = what < 18   ? Behaviour::again
                      : what < 22 ? Behaviour::after
                      : what < 29 ? Behaviour::fail
                                  : Behaviour::done;
        // Each takes some time, so that no script spins in one instant for ever.
        call.takes = unit + (chance.one_in(3) ? chance.units(40) : chance.units(5));
        call.delay = chance.units(20);
        call.heeds_cancellation = !chance.one_in(3);
    }
    return result;
}

std::vector<Control> controls(Chance& chance) {
    std::vector<Control> result(static_cast<std::size_t>(chance.upto(most_controls)));
    for (std::size_t i = 0; i < result.size(); ++i) {
        Control& control = result[i];
        const int what = chance.upto(29);
        control.action = what < 1    ? Control::stop
                         : what < 2  ? Control::stop_and_cancel
                         : what < 10 ? Control::trigger
                         : what < 13 ? Control::trigger_rebase
                         : what < 17 ? Control::reset
                         : what < 20 ? Control::set_interval
                         : what < 27 ? Control::keep_busy
                                     : Control::stop_context;
        control.at = chance.units(200) + Duration{static_cast<Duration::rep>(i) + 1};
        control.interval = unit + chance.units(control.action == Control::keep_busy ? 60 : 15);
    }
    std::sort(result.begin(), result.end(),
              [](const Control& a, const Control& b) { return a.at < b.at; });
    return result;
}

}  // namespace

Script make_script(unsigned seed) {
    Chance chance(seed);
    Script script;
    script.awaitable = chance.one_in(2);
    script.second_thread = chance.one_in(4);
    script.options = options(chance, script.awaitable);
    script.body = body(chance);
    script.controls = controls(chance);
    for (int i = 0; i < 7; ++i) script.numbers.push_back(chance.uniform());
    script.horizon = 300 * unit + Duration{31};
    return script;
}

std::ostream& operator<<(std::ostream& stream, const Trace& trace) {
    for (const Trace::Call& call : trace.calls) {
        stream << call.started.count() << "(due " << call.due.count() << ", missed " << call.missed
               << ") ";
    }
    stream << (trace.reason ? to_string(*trace.reason) : "still running") << " at "
           << trace.ended.count() << "; failures " << trace.failures << ", in a row "
           << trace.consecutive_failures << ", missed " << trace.missed << ", overruns "
           << trace.overruns;
    return stream;
}

std::ostream& operator<<(std::ostream& stream, const Script& script) {
    static constexpr std::array results{"again", "after", "fail", "done"};
    static constexpr std::array actions{"stop",  "stop_and_cancel", "trigger",   "trigger_rebase",
                                        "reset", "set_interval",    "keep_busy", "stop_context"};
    const Options& options = script.options;
    const auto count = [](const auto& optional) { return optional ? optional->count() : -1; };
    stream << (script.awaitable ? "awaitable" : "plain") << " body, " << options.missed_ticks
           << ", interval " << options.interval.count() << ", initial_delay "
           << options.initial_delay.count() << ", jitter " << options.jitter << ", timeout "
           << count(options.timeout) << ", call_timeout " << count(options.call_timeout)
           << ", misfire_grace_time " << count(options.misfire_grace_time) << ", max_calls "
           << options.max_calls.value_or(0) << ", on_error "
           << static_cast<int>(options.on_error.action) << " max "
           << options.on_error.max_in_a_row.value_or(0) << "\n  calls:";
    for (const Behaviour& call : script.body) {
        stream << ' ' << results.at(call.result) << '[' << call.takes.count()
               << (call.heeds_cancellation ? "" : "!") << ']';
        if (call.result == Behaviour::after) stream << call.delay.count();
    }
    stream << "\n  controls:";
    for (const Control& control : script.controls) {
        stream << ' ' << actions.at(control.action) << '@' << control.at.count();
        if (control.action == Control::set_interval || control.action == Control::keep_busy)
            stream << '=' << control.interval.count();
    }
    return stream;
}

}  // namespace test::model
