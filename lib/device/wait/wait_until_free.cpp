#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <stdexcept>
#include <utility>

#include "device/cancellation.hpp"
#include "device_wait.hpp"

namespace loopingcall::device {

const char* to_string(Probe probe) noexcept {
    switch (probe) {
        case Probe::fuser:
            return "fuser";
        case Probe::lsof:
            return "lsof";
        case Probe::procfs:
            return "procfs";
    }
    return "fuser";
}

namespace detail {

namespace {

using Path = std::filesystem::path;

void validate(const WaitOptions& options) {
    const auto refuse = [](const std::string& what) { throw std::invalid_argument(what); };
    if (options.check_device_interval < Duration::zero()) {
        refuse("check_device_interval is negative; zero asks for no pause");
    }
    if (options.check_device_max_retries == 0) {
        refuse("check_device_max_retries is 0; it must be at least 1");
    }
    if (options.check_device_concurrency == 0) {
        refuse("check_device_concurrency is 0; it must be at least 1");
    }
    if (options.check_device_probe_timeout <= Duration::zero()) {
        refuse("check_device_probe_timeout is " +
               std::to_string(options.check_device_probe_timeout.count()) +
               " ns; it must be greater than zero");
    }
    for (const pid_t pid : options.ignored_pids) {
        if (pid > 0) continue;
        refuse("ignored_pids holds " + std::to_string(pid) + "; a process id is greater than zero");
    }
    if (options.check_device_quiet < Duration::zero()) {
        refuse("check_device_quiet is negative; zero asks for no time to pass");
    }
}

/// Nothing of the caller's is left when the completion runs.
class ReleasedAtTheEnd {
  public:
    explicit ReleasedAtTheEnd(DeviceWait& wait) noexcept : wait_(wait) {}
    ~ReleasedAtTheEnd() { wait_.release(); }
    ReleasedAtTheEnd(const ReleasedAtTheEnd&) = delete;
    ReleasedAtTheEnd& operator=(const ReleasedAtTheEnd&) = delete;

  private:
    DeviceWait& wait_;
};

/// Keeps it for as long as it runs.
asio::awaitable<WaitResult> run(std::shared_ptr<DeviceWait> wait) {
    const ReleasedAtTheEnd released(*wait);
    co_return co_await wait->run();
}

/// Each device was found free, but not all of them in one round: one may be in use again since.
void doubt_if_all_are_free(std::vector<WaitResult>& results) {
    if (worst_state(results) != State::free) return;
    for (WaitResult& result : results) {
        result.report.state = State::unknown;
        result.report.reason =
            "the time ran out before all devices were found free in one round of checks";
        result.report.advice = advise(result.report);
    }
}

asio::awaitable<std::vector<WaitResult>> wait_for_all(std::vector<Path> devices,
                                                      WaitOptions options) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    validate(options);
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto context = std::make_shared<CheckContext>(executor, options);
    const auto companions = std::make_shared<Companions>(
        devices.size(), std::chrono::steady_clock::now(), options.check_device_interval);
    const auto one = [&](Path device) {
        auto wait =
            std::make_shared<DeviceWait>(executor, std::move(device), options, context, companions);
        companions->waits.push_back(wait);
        return asio::co_spawn(executor, run(std::move(wait)), asio::deferred);
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
    if (!companions->round.proven()) doubt_if_all_are_free(results);
    co_return std::move(results);
}

}  // namespace

void wait_until_free(const asio::any_io_executor& executor, std::vector<Path> devices,
                     WaitOptions options, WaitHandler handler) {
    spawn_wait(executor, wait_for_all(std::move(devices), std::move(options)), std::move(handler));
}

}  // namespace detail

}  // namespace loopingcall::device
