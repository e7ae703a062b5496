#include "device_wait.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "device/in_milliseconds.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using loopingcall::detail::saturating_add;

/// A timeout of zero allows one check.
bool only_once(const WaitOptions& options) {
    return options.check_device_timeout == Duration::zero();
}

std::uint64_t max_retries(const WaitOptions& options) {
    return only_once(options) ? 1 : options.check_device_max_retries;
}

/// A loop needs an interval: no pause is one that is always over.
Duration loop_interval(const WaitOptions& options) {
    return std::max(options.check_device_interval, Duration{1});
}

Options loop_options(const WaitOptions& options) {
    return {.interval = loop_interval(options),
            .timeout = only_once(options) ? std::nullopt : options.check_device_timeout};
}

/// Nothing is planned: for as long as a call of the loop may be put off.
constexpr Duration until_called = std::chrono::hours{1};

/// Ends the loop and the probe, and waits for both: no child of ours is left then.
asio::awaitable<void> cancel_and_wait(FixedIntervalLoopingCall<>& call) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    call.stop(cancel);
    co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
    throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace

void Companions::call_all() {
    for (const auto& weak : waits) {
        if (const auto wait = weak.lock()) wait->call();
    }
}

DeviceWait::DeviceWait(const asio::any_io_executor& strand, std::filesystem::path device,
                       WaitOptions options, const std::shared_ptr<CheckContext>& context,
                       std::shared_ptr<Companions> companions)
    : options_(std::move(options)),
      companions_(std::move(companions)),
      index_(companions_->waits.size()),
      wake_(std::make_shared<EarlyWake>(strand, [this](WakeKind kind) { on_wake(kind); })),
      udev_(std::make_shared<UdevCheck>(
          strand, device, [this] { on_wake(WakeKind::changed); }, options_.check_device_udev)),
      checker_(device, options_, context, *wake_, *udev_),
      wake_timer_(strand),
      look_timer_(strand),
      quiet_(options_.check_device_quiet) {
    result_.report = {.device = std::move(device),
                      .reason = "the time ran out before the first check was over"};
}

asio::awaitable<WaitResult> DeviceWait::run() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    const TimePoint begun = Clock::now();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto body = [self = shared_from_this()](const Tick& tick) {
        return self->call_body(tick);
    };
    const auto call = std::make_shared<FixedIntervalLoopingCall<>>(executor, body);
    call_ = call;
    call->start(loop_options(options_));
    listen();
    auto [error, outcome] = co_await call->async_wait(asio::as_tuple(asio::use_awaitable));
    finish();
    if (error && call->running()) co_await cancel_and_wait(*call);
    if (error) std::rethrow_exception(error);
    result_.elapsed = Clock::now() - begun;
    co_await checker_.explain(result_.report);
    co_return result_;
}

/// Whoever is cut short by the time limit has not been free for long enough. And whatever ends
/// before all are free together lets the others end.
void DeviceWait::finish() {
    call_.reset();
    wake_timer_.cancel();
    look_timer_.cancel();
    wake_->close();
    udev_->close();
    if (companions_->round.proven()) return;
    const bool is_free = result_.report.state == State::free;
    const bool is_cut_short = is_free && !ended_ && !parked_;
    if (is_cut_short && quiet_.length() > Duration::zero()) {
        result_.report.state = State::unknown;
        result_.report.reason =
            "the time ran out before it had been free for check_device_quiet (" +
            in_milliseconds(quiet_.length()) + ')';
    }
    companions_->round.give_up();
    companions_->call_all();
}

void DeviceWait::call() {
    const auto call = call_.lock();
    if (!call || !parked_) return;  // it is over, or waits for nobody
    check_due_ = true;
    call->trigger();
}

void DeviceWait::release() noexcept {
    options_.on_check = nullptr;
    options_.control.reset();
}

/// The control may outlive the execution context, so it must not keep an executor.
void DeviceWait::listen() {
    if (!options_.control) return;
    options_.control->listen(
        [wait = weak_from_this()](Duration interval, std::uint64_t max_retries) {
            auto self = wait.lock();
            if (!self) return false;
            const asio::any_io_executor strand = self->wake_timer_.get_executor();
            asio::post(strand, [self = std::move(self), interval, max_retries] {
                self->set_limits(interval, max_retries);
            });
            return true;
        });
}

void DeviceWait::set_limits(Duration interval, std::uint64_t max_retries) {
    const auto call = call_.lock();
    if (!call) return;  // it is over
    options_.check_device_max_retries = max_retries;
    if (options_.check_device_interval == interval) return;
    options_.check_device_interval = interval;
    next_ = saturating_add(Clock::now(), interval);
    call->set_interval(loop_interval(options_));
}

asio::awaitable<Step<void>> DeviceWait::call_body(Tick tick) {
    hear_openings();
    if (auto step = wait_for_others()) co_return *step;
    if (auto step = wait_for_quiet()) co_return *step;
    const bool planned = tick.due >= next_;
    const bool only_look = std::exchange(look_due_, false) && !check_due_ && !planned;
    check_due_ = false;
    if (only_look && co_await look()) co_return again;
    co_return co_await check(planned, tick.due);
}

/// The end, if that is decided; nothing more, as long as it is not the turn of this device.
std::optional<Step<void>> DeviceWait::wait_for_others() {
    if (!parked_) return std::nullopt;
    if (companions_->round.decided()) return end();
    if (*parked_ == companions_->round.number()) {
        check_due_ = false;
        return after(until_called);
    }
    parked_.reset();
    return std::nullopt;
}

/// A quiet period that has begun anew is over later, and nothing needs to be checked until then.
/// If that happens again and again, it counts like a check that has found the device in use.
std::optional<Step<void>> DeviceWait::wait_for_quiet() {
    const TimePoint now = Clock::now();
    if (!quiet_.running() || !quiet_.restarted()) return std::nullopt;
    if (quiet_.left(now) <= Duration::zero()) return std::nullopt;
    if (now >= next_) {
        ++retries_;
        next_ = saturating_add(now, options_.check_device_interval);
    }
    if (retries_ < max_retries(options_)) {
        if (check_due_ || !quiet_is_watched()) return std::nullopt;
        return after(quiet_.left(now));
    }
    result_.report.state = State::unknown;
    result_.report.reason =
        "it was opened again and again, and never free for check_device_quiet (" +
        in_milliseconds(quiet_.length()) + ')';
    return end();
}

/// @return whether the claim that the last check found is there still.
asio::awaitable<bool> DeviceWait::look() {
    checking_ = true;
    woken_.reset();
    const bool refused = co_await checker_.is_refused();
    checking_ = false;
    if (!refused) {
        claim_pacing_.granted();
    } else if (woken_) {
        on_wake(*woken_);
    }
    const auto next = claim_pacing_.next(Clock::now());
    if (refused && next) call_at(look_timer_, *next, look_due_);
    co_return refused;
}

asio::awaitable<Step<void>> DeviceWait::check(bool planned, TimePoint due) {
    if (planned && !quiet_.running()) {
        ++retries_;
        next_ = saturating_add(due, options_.check_device_interval);
    }
    const TimePoint begun = Clock::now();
    const bool was_free = quiet_.running();
    const std::uint64_t round = companions_->round.number();
    const std::uint64_t successions = checker_.successions();
    pacing_.begin(begun, planned);
    checking_ = true;
    woken_.reset();
    result_.report = co_await checker_.check();
    if (checker_.successions() != successions) in_use();
    const bool is_free = result_.report.state == State::free;
    ++result_.checks;
    if (is_free) {
        quiet_.found_free(begun);
        look_timer_.cancel();
        look_due_ = false;
    }
    claim_pacing_.checked(checker_.claims_to_look_at(result_.report), Clock::now());
    tell(planned);
    hear_openings();
    checking_ = false;
    const Step<void> step = decide(round, was_free);
    follow_up(planned);
    co_return step;
}

/// Hears of the openings since the device was found free: before the time that it has been free for
/// is of importance.
void DeviceWait::hear_openings() {
    if (quiet_.length() <= Duration::zero()) return;
    wake_->read_now();
    (void)has_opened();
}

/// @return whether the quiet period begins anew.
bool DeviceWait::has_opened() {
    const auto opened = wake_->last_opening();
    if (!opened || !quiet_.opened(*opened)) return false;
    companions_->round.in_use(index_);
    if (parked_) next_ = saturating_add(Clock::now(), options_.check_device_interval);
    parked_.reset();
    return true;
}

/// Whether each opening is heard of, so that checks in between are of little use.
bool DeviceWait::quiet_is_watched() const { return quiet_.restarted() && wake_->refusal().empty(); }

/// What was told while checking is seen to now; and the check of a wake is repeated for a while.
void DeviceWait::follow_up(bool planned) {
    if (call_.expired()) return;
    if (woken_) return on_wake(*woken_);
    if (!options_.check_device_early_wake || result_.report.state == State::free) return;
    if (const auto look = claim_pacing_.next(Clock::now())) {
        return call_at(look_timer_, *look, look_due_);
    }
    const auto once_more = planned ? std::nullopt : pacing_.still_busy();
    if (once_more) call_at(wake_timer_, *once_more, check_due_);
}

void DeviceWait::tell(bool planned) {
    if (!options_.on_check) return;
    options_.on_check({.report = result_.report,
                       .number = retries_,
                       .max_retries = max_retries(options_),
                       .next = next_,
                       .early_wake = !planned,
                       .no_early_wake = wake_->refusal()});
}

Step<void> DeviceWait::decide(std::uint64_t round, bool was_free) {
    const State state = result_.report.state;
    if (state == State::free) return decide_on_free(round);
    in_use();
    const bool may_change = state == State::busy || checker_.awaits_device();
    if (!may_change || retries_ >= max_retries(options_)) return end();
    if (was_free) return back_to_the_interval();
    return again;
}

/// The loop keeps the delay that a free device has asked for until another one is named.
Step<void> DeviceWait::back_to_the_interval() {
    const TimePoint now = Clock::now();
    const Duration interval = loop_interval(options_);
    if (next_ <= now) next_ = saturating_add(next_, interval * ((now - next_) / interval + 1));
    return after(next_ - now);
}

/// Free since the check that found it so began. What is checked meanwhile is no retry.
Step<void> DeviceWait::decide_on_free(std::uint64_t round) {
    const Duration left = quiet_.left(Clock::now());
    if (left > Duration::zero()) {
        return after(quiet_is_watched() ? left : std::min(left, options_.check_device_interval));
    }
    switch (companions_->round.found_free(index_, round)) {
        case CommonRound::Step::hopeless:
            return end();
        case CommonRound::Step::proven:
            companions_->call_all();
            return end();
        case CommonRound::Step::again:
            parked_ = round;
            companions_->call_all();
            return after(until_called);
        case CommonRound::Step::wait:
            break;
    }
    parked_ = round;
    return after(until_called);
}

void DeviceWait::in_use() {
    quiet_.in_use();
    companions_->round.in_use(index_);
}

Step<void> DeviceWait::end() {
    call_.reset();
    ended_ = true;
    return done();
}

/// While a check is made, what is told is remembered: it may be newer than what the check sees.
/// A device that is free is not checked because it was closed, which has only to be heard; and one
/// that waits for others is not checked at all, for it will be with them.
void DeviceWait::on_wake(WakeKind kind) {
    if (checking_) {
        if (woken_ != WakeKind::changed) woken_ = kind;
        return;
    }
    if (quiet_.running() && kind == WakeKind::closed) {
        if (const auto call = call_.lock(); call && parked_ && has_opened()) call->trigger();
        return;
    }
    if (!parked_) call_at(wake_timer_, pacing_.wake(Clock::now()), check_due_);
}

void DeviceWait::call_at(asio::steady_timer& timer, TimePoint time, bool& due) {
    if (call_.expired() || !options_.check_device_early_wake) return;
    timer.expires_at(time);
    timer.async_wait([self = shared_from_this(), &due](boost::system::error_code error) {
        const auto call = self->call_.lock();
        if (error || !call) return;
        due = true;
        call->trigger();
    });
}

}  // namespace loopingcall::device::detail
