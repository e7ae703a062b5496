#include "model.hpp"

#include <algorithm>
#include <cmath>

namespace test::model {

using loopingcall::DelayReason;
using loopingcall::MissedTicks;
using loopingcall::OnError;

namespace {

constexpr Duration never = Duration::max();
constexpr Duration before_all = Duration::min();

/// Follows one run from event to event. Times are those of the virtual clock, from zero.
class Model {
  public:
    explicit Model(const Script& script)
        : script_(script),
          options_(script.options),
          interval_(options_.interval),
          deadline_(options_.timeout.value_or(never)),
          grid_(options_.initial_delay),
          planned_{options_.initial_delay, options_.initial_delay} {
        arm();
    }

    /// What is due earlier comes first, even if it comes late.
    Trace run() {
        while (!trace_.reason && !calling_) {
            const bool is_control = next_control_time() <= armed_;  // armed before it
            const Duration first = is_control ? next_control_time() : armed_;
            if (first > script_.horizon) break;
            now_ = std::max(now_, first);
            if (is_control) {
                obey(next_control());
            } else if (deadline_ <= now_) {
                end(StopReason::timed_out);
            } else {
                make_call();
            }
        }
        trace_.missed = missed_;
        return trace_;
    }

  private:
    struct Planned {
        Duration due{}, begin{};
        std::uint64_t missed = 0;
        DelayReason reason = DelayReason::interval;
    };

    /// When the loop wakes up next.
    void arm() {
        const Duration wanted = triggered_ ? now_ : planned_.begin;
        armed_ = std::max(std::min(wanted, deadline_), now_);
    }

    void obey(const Control& control) {
        if (control.action == Control::keep_busy) now_ += control.interval;
        if (stopping_) return;
        switch (control.action) {
            case Control::keep_busy:
            case Control::stop_context:
                return;
            case Control::stop:
            case Control::stop_and_cancel:
                stopping_ = true;
                if (!calling_) end(StopReason::stopped);
                break;
            case Control::trigger_rebase:
                rebase_ = true;
                [[fallthrough]];
            case Control::trigger:
                if (!std::exchange(triggered_, true)) arm();
                break;
            case Control::set_interval:
                if (interval_ == control.interval) return;
                interval_ = control.interval;
                [[fallthrough]];
            case Control::reset:
                begin_new_grid();
                planned_ = {now_ + interval_, now_ + interval_};
                if (!triggered_) arm();
                break;
        }
    }

    void make_call() {
        while (too_late()) leave_out();
        const bool due = planned_.begin <= now_;
        if (!due && !triggered_) return arm();
        extra_ = triggered_ && !due && !rebase_;
        Trace::Call call{.started = now_, .due = now_};
        if (due) {
            serve_planned();
            call.due = planned_.due;
            call.missed = planned_.missed;
        }
        if (rebase_) begin_new_grid();
        triggered_ = rebase_ = false;
        trace_.calls.push_back(call);
        started_ = now_;
        calling_ = true;
        const Behaviour& body = script_.body[(trace_.calls.size() - 1) % script_.body.size()];
        const Cause cause = script_.awaitable ? await(body) : occupy(body);
        calling_ = cause == Cause::unfinished;
        if (!calling_) settle(body, cause);
    }

    void begin_new_grid() {
        grid_ = served_ = now_;
        backing_off_ = false;
    }

    void serve_planned() {
        const bool one_for_all = options_.missed_ticks == MissedTicks::coalesce ||
                                 options_.missed_ticks == MissedTicks::skip;
        Duration latest = planned_.due;
        if (one_for_all && on_grid()) {
            while (latest + interval_ <= now_) {
                latest += interval_;
                miss();
            }
        }
        served_ = std::max(served_, latest);  // jitter may have served a later one
        if (options_.missed_ticks == MissedTicks::coalesce) planned_.due = latest;
        if (options_.missed_ticks == MissedTicks::delay && now_ > planned_.begin) {
            grid_ = served_ = planned_.due + (now_ - planned_.begin);
        }
    }

    [[nodiscard]] bool on_grid() const {
        return planned_.reason == DelayReason::interval || planned_.reason == DelayReason::overdue;
    }

    void miss() {
        ++planned_.missed;
        ++missed_;
    }

    [[nodiscard]] bool too_late() const {
        const auto& grace = options_.misfire_grace_time;
        return grace && planned_.begin <= now_ && now_ - planned_.begin > *grace;
    }

    /// The planned call, and the ticks behind it that are too late as well.
    void leave_out() {
        do {
            served_ = std::max(served_, planned_.due);
            miss();
            planned_.due += interval_;
            planned_.begin += interval_;
        } while (on_grid() && too_late());
        const std::uint64_t missed = planned_.missed;
        if (options_.missed_ticks == MissedTicks::after_completion && on_grid()) {
            const Duration due = planned_.due;
            planned_ = {due, due, missed};
            time(uniform_);
        } else {
            plan_on_grid(uniform_, missed);
        }
    }

    /// Why a body gave up, or was asked to in vain.
    enum class Cause { none, stop, deadline, call_timeout, unfinished };

    /// A plain body: whatever happens meanwhile is noticed when it is over.
    Cause occupy(const Behaviour& body) {
        now_ += body.takes;
        return Cause::none;
    }

    /// A body that is suspended: others act meanwhile.
    Cause await(const Behaviour& body) {
        const Duration natural_end = now_ + body.takes;
        const Duration call_deadline =
            options_.call_timeout ? started_ + *options_.call_timeout : never;
        Cause cause = Cause::none;
        for (;;) {
            const Duration limit =
                cause == Cause::none ? std::min(deadline_, call_deadline) : never;
            const Duration first = std::min({natural_end, limit, next_control_time()});
            if (first > script_.horizon) return Cause::unfinished;
            now_ = std::max(now_, first);
            gave_up_ = false;
            if (first == next_control_time()) {
                const Control control = next_control();
                const bool asks = control.action == Control::stop_and_cancel;
                obey(control);
                if (!asks || cause != Cause::none) continue;
                cause = Cause::stop;
            } else if (first == limit) {
                cause = deadline_ <= now_ ? Cause::deadline : Cause::call_timeout;
            } else {
                return cause;
            }
            gave_up_ = body.heeds_cancellation;
            if (gave_up_) return cause;
        }
    }

    void settle(const Behaviour& body, Cause cause) {
        uniform_ = draw();
        const bool gave_up = std::exchange(gave_up_, false);
        const bool done = !gave_up && body.result == Behaviour::done;
        const bool took_too_long = cause == Cause::call_timeout && !done;
        const bool failed = took_too_long || (!gave_up && body.result == Behaviour::fail);
        if (gave_up && !failed) {
            return end(stopping_ ? StopReason::stopped : StopReason::timed_out);
        }
        if (now_ - started_ > interval_) ++trace_.overruns;
        trace_.failures += failed ? 1 : 0;
        trace_.consecutive_failures = failed ? trace_.consecutive_failures + 1 : 0;
        if (done) return end(StopReason::done);
        if (failed && fatal()) return end(StopReason::failed);
        if (stopping_) return end(StopReason::stopped);
        if (deadline_ <= now_) return end(StopReason::timed_out);
        if (options_.max_calls && trace_.calls.size() >= *options_.max_calls) {
            return end(StopReason::exhausted);
        }
        plan(failed, took_too_long ? Behaviour{} : body);
        arm();
    }

    [[nodiscard]] bool fatal() const {
        const OnError& on_error = options_.on_error;
        return on_error.action == OnError::stop ||
               (on_error.max_in_a_row && trace_.consecutive_failures >= *on_error.max_in_a_row);
    }

    void plan(bool failed, const Behaviour& body) {
        if (failed && options_.on_error.action == OnError::backoff) {
            const Duration delay =
                options_.on_error.delays.delay(trace_.consecutive_failures, uniform_);
            planned_ = {now_ + delay, now_ + delay, 0, DelayReason::backoff};
            backing_off_ = true;
            return;
        }
        const bool recovered = !failed && std::exchange(backing_off_, false);
        if (recovered) grid_ = served_ = started_;
        if (!failed && body.result == Behaviour::after) {
            planned_ = {now_ + body.delay, now_ + body.delay, 0, DelayReason::after};
            return;
        }
        const bool keep = extra_ && !recovered &&
                          (planned_.reason == DelayReason::after ||
                           (planned_.reason != DelayReason::backoff && planned_.due > now_));
        if (keep) return;
        plan_on_grid(uniform_, extra_ ? planned_.missed : 0);
        while (too_late()) leave_out();
    }

    /// @param missed  ticks that the next planned call reports, besides those that it finds
    void plan_on_grid(double uniform, std::uint64_t missed) {
        planned_ = {.missed = missed};
        switch (options_.missed_ticks) {
            case MissedTicks::after_completion:
                planned_.due = now_ + interval_;
                break;
            case MissedTicks::skip:
                planned_.due = first_point_after(served_);
                for (; planned_.due <= now_; planned_.due += interval_) {
                    served_ = planned_.due;
                    miss();
                }
                break;
            default:
                planned_.due = first_point_after(served_);
        }
        time(uniform);
    }

    void time(double uniform) {
        planned_.begin = planned_.due;
        if (planned_.due <= now_) {
            planned_.reason = DelayReason::overdue;
        } else if (options_.jitter > 0) {
            const double offset =
                options_.jitter * static_cast<double>(interval_.count()) * (2 * uniform - 1);
            planned_.begin += Duration{static_cast<Duration::rep>(std::llround(offset))};
        }
    }

    [[nodiscard]] Duration first_point_after(Duration time) const {
        Duration point = grid_;
        while (point <= time) point += interval_;
        return point;
    }

    double draw() {
        const bool by_chance = options_.jitter > 0 || (options_.on_error.action != OnError::stop &&
                                                       options_.on_error.delays.jitter > 0);
        return by_chance ? script_.numbers[drawn_++ % script_.numbers.size()] : 0;
    }

    [[nodiscard]] Duration next_control_time() const {
        return next_ < script_.controls.size() ? script_.controls[next_].at : never;
    }
    Control next_control() { return script_.controls[next_++]; }

    void end(StopReason reason) {
        trace_.reason = reason;
        trace_.ended = now_;
    }

    const Script& script_;
    const Options& options_;
    Duration now_{};
    Duration interval_, deadline_, grid_;
    Duration served_ = before_all;
    Duration started_{};
    Duration armed_{};
    Planned planned_;
    double uniform_ = 0.5;  // drawn last
    bool triggered_ = false, rebase_ = false, extra_ = false;
    bool stopping_ = false, calling_ = false, backing_off_ = false, gave_up_ = false;
    std::size_t next_ = 0, drawn_ = 0;
    std::uint64_t missed_ = 0;
    Trace trace_;
};

}  // namespace

Trace expected(const Script& script) { return Model(script).run(); }

}  // namespace test::model
