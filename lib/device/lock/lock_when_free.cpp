#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/device/lock_when_free.hpp>
#include <utility>

#include "device/advice/advice.hpp"
#include "device/cancellation.hpp"
#include "device/run_in_background.hpp"
#include "device/wait_limits.hpp"
#include "disk_locker.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;
using Clock = std::chrono::steady_clock;

/// No descriptor reports that a lock is released, and udev's workers may pass it on to each other.
constexpr std::chrono::milliseconds lock_poll{5};

/// One wait under the lock.
class LockingWait {
  public:
    LockingWait(std::vector<Path> devices, WaitOptions options)
        : devices_(std::move(devices)), options_(std::move(options)), begun_(Clock::now()) {
        if (options_.check_device_timeout == Duration::zero()) {
            options_.check_device_max_retries = 1;
            options_.check_device_timeout.reset();
        }
    }

    asio::awaitable<LockedWait> run() {
        for (;;) {
            const bool locked = co_await take_locks();
            if (!locked) break;
            WaitOptions once = under_the_lock();
            co_await check(std::move(once));
            if (is_free()) co_return result(true);
            // Others use it. Until they end, udev may have the disk.
            locker_.reset();
            if (worst_state(results_) == State::unknown || is_over()) break;
            WaitOptions again = without_the_lock();
            co_await check(std::move(again));
            if (!is_free()) break;
        }
        co_return result(false);
    }

  private:
    /// A device that is to appear has no lock yet.
    asio::awaitable<bool> take_locks() {
        const bool exist = co_await devices_exist();
        if (options_.wait_for_device && !exist) {
            WaitOptions wait = without_the_lock();
            co_await check(std::move(wait));
            if (!is_free()) co_return false;
        }
        struct Disks {
            std::vector<UdevDisk> all;
            std::string problem;
        };
        std::function<Disks()> look = [devices = devices_] {
            Disks found{.all = disks_to_lock(devices), .problem = {}};
            found.problem = problem_with_locks(found.all);
            return found;
        };
        auto disks = co_await find_in_background(look, options_.check_device_probe_timeout);
        if (!disks) {
            refuse("the disk could not be looked up within check_device_probe_timeout");
            co_return false;
        }
        if (!disks->problem.empty()) {
            refuse(disks->problem);
            co_return false;
        }
        locker_.emplace(std::move(disks->all));
        bool locked = false;
        try {
            locked = co_await try_until_locked();
        } catch (const boost::system::system_error& error) {
            if (error.code() == asio::error::operation_aborted) throw;
            refuse(error.what());
        }
        co_return locked;
    }

    asio::awaitable<bool> try_until_locked() {
        asio::steady_timer timer(co_await asio::this_coro::executor);
        TimePoint next = Clock::now();
        for (;;) {
            const bool locked = co_await locker_->try_all(options_.check_device_probe_timeout);
            if (locked) co_return true;
            const TimePoint now = Clock::now();
            if (now >= next) {
                ++checks_;
                next = loopingcall::detail::saturating_add(now, options_.check_device_interval);
                co_await report_locked(next);
                if (is_over()) co_return false;
            }
            timer.expires_after(lock_poll);
            co_await timer.async_wait(asio::use_awaitable);
            if (is_late()) co_return false;
        }
    }

    asio::awaitable<bool> devices_exist() {
        std::function<bool()> look = [devices = devices_] {
            std::error_code error;
            return std::all_of(devices.begin(), devices.end(), [&](const Path& device) {
                return std::filesystem::exists(device, error);
            });
        };
        const auto all = co_await find_in_background(look, options_.check_device_probe_timeout);
        co_return all.value_or(false);
    }

    asio::awaitable<void> report_locked(TimePoint next) {
        const UdevDisk disk = locker_->missing();
        std::function<std::string()> look = [disk] { return lock_owners(disk); };
        const auto owners = co_await find_in_background(look, options_.check_device_probe_timeout);
        const Claim claim{ClaimKind::lock, owners.value_or("another process"), disk.node};
        results_.clear();
        for (const Path& device : devices_) {
            results_.push_back(
                {.report = {.device = device,
                            .state = State::busy,
                            .claims = {claim},
                            .evidence = {{"lock", Seen::somebody, to_string(claim)}}}});
            explain(results_.back().report);
            if (!options_.on_check) continue;
            options_.on_check({.report = results_.back().report,
                               .number = checks_,
                               .max_retries = options_.check_device_max_retries,
                               .next = next,
                               .left = time_left(options_, checks_, next)});
        }
    }

    asio::awaitable<void> check(WaitOptions options) {
        const std::uint64_t before = checks_;
        options.on_check = [this, before](const Check& check) {
            checks_ = std::max(checks_, before + check.number);
            if (!options_.on_check) return;
            Check counted = check;
            counted.number += before;
            counted.max_retries = options_.check_device_max_retries;
            if (!counted.left) counted.left = time_left(options_, counted.number, counted.next);
            options_.on_check(counted);
        };
        const asio::any_io_executor executor = co_await asio::this_coro::executor;
        results_ = co_await async_wait_until_free(executor, devices_, std::move(options),
                                                  asio::use_awaitable);
    }

    /// Nothing of udev opens a disk that we have locked: so its queue need not be waited for, and
    /// the source "udev" leaves itself out. Without early wakes, there are no watches that the
    /// kernel takes time to remove.
    [[nodiscard]] WaitOptions under_the_lock() const {
        WaitOptions options = options_;
        options.check_device_max_retries = 1;
        options.check_device_early_wake = options.check_device_quiet > Duration::zero();
        options.check_device_timeout = left();
        options.wait_for_device = false;
        options.control = nullptr;
        return options;
    }

    /// The queue need not be waited for here, either: the lock is what is waited for next.
    [[nodiscard]] WaitOptions without_the_lock() const {
        WaitOptions options = options_;
        options.check_device_udev = false;
        options.check_device_max_retries -= std::min(checks_, options.check_device_max_retries - 1);
        options.check_device_timeout = left();
        return options;
    }

    [[nodiscard]] std::optional<Duration> left() const {
        if (!options_.check_device_timeout) return std::nullopt;
        const Duration spent = Clock::now() - begun_;
        return std::max<Duration>(*options_.check_device_timeout - spent,
                                  std::chrono::milliseconds{1});
    }

    [[nodiscard]] bool is_late() const {
        return options_.check_device_timeout &&
               Clock::now() - begun_ >= *options_.check_device_timeout;
    }
    [[nodiscard]] bool is_over() const {
        return is_late() || checks_ >= options_.check_device_max_retries;
    }
    [[nodiscard]] bool is_free() const { return worst_state(results_) == State::free; }

    /// There was no check: only the report is known.
    void explain(Report& report) const {
        report.advice = advise(report);
        if (options_.explain) report.tree = {tree_of(report)};
    }

    void refuse(const std::string& reason) {
        results_.clear();
        for (const Path& device : devices_) {
            results_.push_back({.report = {.device = device, .reason = reason}});
            explain(results_.back().report);
        }
    }

    LockedWait result(bool locked) {
        for (WaitResult& one : results_) {
            one.checks = std::max(one.checks, checks_);
            one.elapsed = Clock::now() - begun_;
        }
        LockedWait wait{.results = std::move(results_)};
        if (locked) wait.locks = locker_->take();
        return wait;
    }

    std::vector<Path> devices_;
    WaitOptions options_;
    TimePoint begun_;
    std::optional<DiskLocker> locker_;
    std::vector<WaitResult> results_;
    std::uint64_t checks_ = 0;  // that count
};

asio::awaitable<LockedWait> wait_and_lock(std::vector<Path> devices, WaitOptions options) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    LockingWait wait(std::move(devices), std::move(options));
    co_return co_await wait.run();
}

}  // namespace

void lock_when_free(const asio::any_io_executor& executor, std::vector<Path> devices,
                    WaitOptions options, LockHandler handler) {
    spawn_wait(executor, wait_and_lock(std::move(devices), std::move(options)), std::move(handler));
}

}  // namespace loopingcall::device::detail
