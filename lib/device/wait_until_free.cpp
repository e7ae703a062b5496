#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <stdexcept>
#include <utility>

#include "fuser_probe.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;
using boost::system::system_error;

/// What the checks of one wait share. Owned by the body too, which may outlive the wait for it.
struct Progress {
    WaitOptions options;
    WaitResult result;
};

void validate(const WaitOptions& options) {
    if (options.check_device_max_retries == 0) {
        throw std::invalid_argument("check_device_max_retries is 0; it must be at least 1");
    }
    if (options.probe_timeout <= Duration::zero()) {
        throw std::invalid_argument("probe_timeout is " +
                                    std::to_string(options.probe_timeout.count()) +
                                    " ns; it must be greater than zero");
    }
}

/// As the loop wants it. A timeout of zero allows one check, which the loop would not.
Options loop_options(const WaitOptions& options) {
    const bool once = options.timeout == Duration::zero();
    return {.interval = options.check_device_interval,
            .timeout = once ? std::nullopt : options.timeout,
            .max_calls = once ? 1 : options.check_device_max_retries};
}

asio::awaitable<Step<void>> check(std::shared_ptr<Progress> progress, Tick tick) {
    const WaitOptions& options = progress->options;
    WaitResult& result = progress->result;
    result.report =
        co_await probe_with_fuser(result.report.device, options.probe_timeout, options.strict);
    ++result.checks;
    if (options.on_check) {
        options.on_check({.report = result.report,
                          .number = result.checks,
                          .max_retries = *loop_options(options).max_calls,
                          .next = tick.due + options.check_device_interval});
    }
    if (result.report.state == State::busy) co_return again;
    co_return done();
}

/// Ends the loop and the probe that runs, and waits until both have ended: no child of ours is left
/// when the cancellation is told.
asio::awaitable<void> cancel_and_wait(FixedIntervalLoopingCall<>& call) {
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    call.stop(cancel);
    co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
    throw system_error(asio::error::operation_aborted);
}

asio::awaitable<WaitResult> wait_for_one(Path device, WaitOptions options) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const TimePoint begun = std::chrono::steady_clock::now();
    auto progress = std::make_shared<Progress>();
    progress->options = std::move(options);
    progress->result.report = {.device = std::move(device),
                               .reason = "the time ran out before fuser answered"};
    FixedIntervalLoopingCall<> call(executor,
                                    [progress](const Tick& tick) { return check(progress, tick); });
    call.start(loop_options(progress->options));

    auto [error, outcome] = co_await call.async_wait(asio::as_tuple(asio::use_awaitable));
    if (error && call.running()) co_await cancel_and_wait(call);
    if (error) std::rethrow_exception(error);
    progress->result.elapsed = std::chrono::steady_clock::now() - begun;
    co_return progress->result;
}

asio::awaitable<std::vector<WaitResult>> wait_for_all(std::vector<Path> devices,
                                                      WaitOptions options) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    validate(options);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto one = [&](Path device) {
        return asio::co_spawn(executor, wait_for_one(std::move(device), options), asio::deferred);
    };
    std::vector<decltype(one(Path{}))> waits;
    waits.reserve(devices.size());
    for (Path& device : devices) waits.push_back(one(std::move(device)));
    if (waits.empty()) co_return std::vector<WaitResult>{};
    auto [order, errors, results] =
        co_await asio::experimental::make_parallel_group(std::move(waits))
            .async_wait(asio::experimental::wait_for_all(), asio::use_awaitable);
    for (const std::exception_ptr& error : errors) {
        if (error) std::rethrow_exception(error);
    }
    co_return std::move(results);
}

}  // namespace

void wait_until_free(const asio::any_io_executor& executor, std::vector<Path> devices,
                     WaitOptions options, WaitHandler handler) {
    asio::co_spawn(asio::make_strand(executor),
                   wait_for_all(std::move(devices), std::move(options)), std::move(handler));
}

}  // namespace loopingcall::device::detail
