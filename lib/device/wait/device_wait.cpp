#include "device_wait.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <utility>

#include "device/in_milliseconds.hpp"
#include "device/wait_limits.hpp"

namespace loopingcall::device::detail {

namespace {

using Clock = std::chrono::steady_clock;
using loopingcall::detail::saturating_add;

Options loop_options(const WaitOptions& options) {
    return {.interval = loop_interval(options),
            .timeout = only_once(options) ? std::nullopt : options.check_device_timeout};
}

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
          strand, device, [this] { on_wake(WakeKind::changed); }, options_.check_device_udev,
          context->settlings)),
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

/// A quiet period that the timeout cuts short was not long enough. A wait that ends before all
/// devices are free together lets the others end.
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
    if (!call || !parked_) return;  // it is over, or does not wait for others
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
    const TimePoint now = Clock::now();
    companions_->retries.set_interval(interval, now);
    next_ = saturating_add(now, interval);
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
        companions_->retries.planned(index_, due);
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
    const bool was_replaced = checker_.successions() != successions;
    if (was_replaced) in_use();
    const bool is_free = result_.report.state == State::free;
    if (was_free && (was_replaced || !is_free)) {
        companions_->retries.in_use_again(index_, Clock::now());
        skip_passed();
    }
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
    const Step<void> step = decide(round, was_free, was_replaced);
    follow_up(planned);
    co_return step;
}

void DeviceWait::tell(bool planned) {
    if (!options_.on_check) return;
    options_.on_check({.report = result_.report,
                       .number = std::min(number(), max_retries(options_)),
                       .max_retries = max_retries(options_),
                       .next = next_,
                       .left = time_left(options_, number(), next_),
                       .early_wake = !planned,
                       .no_early_wake = wake_->refusal()});
}

}  // namespace loopingcall::device::detail
