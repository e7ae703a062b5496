#include "device_wait.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;

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

/// Ends the loop and the probe that runs, and waits until both have ended: no child of ours is left
/// when the cancellation is told.
asio::awaitable<void> cancel_and_wait(FixedIntervalLoopingCall<>& call) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    call.stop(cancel);
    co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
    throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace

DeviceWait::DeviceWait(const asio::any_io_executor& strand, std::filesystem::path device,
                       WaitOptions options, const std::shared_ptr<CheckContext>& context)
    : options_(std::move(options)),
      wake_(std::make_shared<EarlyWake>(strand, [this] { on_wake(); })),
      udev_(std::make_shared<UdevCheck>(
          strand, device,
          [this] {
              if (options_.check_device_early_wake) on_wake();
          },
          options_.check_device_udev)),
      checker_(device, options_, context, *wake_, *udev_),
      timer_(strand) {
    result_.report = {.device = std::move(device),
                      .reason = "the time ran out before the first check was over"};
}

asio::awaitable<WaitResult> DeviceWait::run() {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    const TimePoint begun = Clock::now();
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto body = [self = shared_from_this()](const Tick& tick) { return self->check(tick); };
    FixedIntervalLoopingCall<> call(executor, body);
    call_ = &call;
    call.start(loop_options(options_));
    listen(executor);
    auto [error, outcome] = co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
    call_ = nullptr;
    timer_.cancel();
    wake_->close();
    udev_->close();
    if (error && call.running()) co_await cancel_and_wait(call);
    if (error) std::rethrow_exception(error);
    result_.elapsed = Clock::now() - begun;
    co_return result_;
}

void DeviceWait::listen(const asio::any_io_executor& strand) {
    if (!options_.control) return;
    options_.control->listen(
        [wait = weak_from_this(), strand](Duration interval, std::uint64_t max_retries) {
            if (wait.expired()) return false;
            asio::post(strand, [wait, interval, max_retries] {
                if (const auto self = wait.lock()) self->set_limits(interval, max_retries);
            });
            return true;
        });
}

void DeviceWait::set_limits(Duration interval, std::uint64_t max_retries) {
    if (!call_) return;  // it is over
    options_.check_device_max_retries = max_retries;
    if (options_.check_device_interval == interval) return;
    options_.check_device_interval = interval;
    next_ = Clock::now() + interval;
    call_->set_interval(loop_interval(options_));
}

asio::awaitable<Step<void>> DeviceWait::check(Tick tick) {
    const bool planned = tick.due >= next_;
    if (planned && !free_since_) {
        ++retries_;
        next_ = tick.due + options_.check_device_interval;
    }
    const TimePoint begun = Clock::now();
    pacing_.begin(begun, planned);
    checking_ = true;
    woken_ = false;
    result_.report = co_await checker_.check();
    checking_ = false;
    ++result_.checks;
    tell(planned);
    const Step<void> step = decide(begun);
    follow_up(planned);
    co_return step;
}

/// What was told while checking is seen to now; and the check of a wake is repeated for a while.
void DeviceWait::follow_up(bool planned) {
    if (woken_) return on_wake();
    const auto once_more = planned ? std::nullopt : pacing_.still_busy();
    if (once_more) check_at(*once_more);
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

Step<void> DeviceWait::decide(TimePoint begun) {
    const State state = result_.report.state;
    if (state == State::free) return decide_on_free(begun);
    free_since_.reset();
    const bool appears_yet = options_.wait_for_device && !checker_.seen();
    const bool may_change = state == State::busy || appears_yet;
    if (may_change && retries_ < max_retries(options_)) return again;
    return end();
}

/// Free since the check that found it so began. What is checked meanwhile is no retry.
Step<void> DeviceWait::decide_on_free(TimePoint begun) {
    if (!free_since_) free_since_ = begun;
    const Duration left = *free_since_ + options_.check_device_quiet - Clock::now();
    if (left <= Duration::zero()) return end();
    return after(std::min(left, options_.check_device_interval));
}

Step<void> DeviceWait::end() {
    call_ = nullptr;
    return done();
}

/// While a check is made, what is told is remembered: it may be newer than what the check sees.
void DeviceWait::on_wake() {
    if (checking_) {
        woken_ = true;
        return;
    }
    check_at(pacing_.wake(Clock::now()));
}

void DeviceWait::check_at(TimePoint time) {
    if (!call_) return;  // it is over
    timer_.expires_at(time);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
        if (!error && self->call_) self->call_->trigger();
    });
}

}  // namespace loopingcall::device::detail
