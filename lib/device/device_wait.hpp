#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <memory>
#include <optional>

#include "checker.hpp"
#include "early_wake.hpp"
#include "wake_pacing.hpp"

namespace loopingcall::device::detail {

/// The wait for one device: checks at an interval, more of them when something has changed, and
/// what they come to. On one strand.
///
/// The checks of the interval are the calls of a FixedIntervalLoopingCall; an early wake triggers
/// one more, which is no retry.
class DeviceWait : public std::enable_shared_from_this<DeviceWait> {
  public:
    DeviceWait(const asio::any_io_executor& strand, std::filesystem::path device,
               WaitOptions options, const std::shared_ptr<CheckContext>& context);

    asio::awaitable<WaitResult> run();

  private:
    void listen(const asio::any_io_executor& strand);
    void set_limits(Duration interval, std::uint64_t max_retries);
    asio::awaitable<Step<void>> check(Tick tick);
    Step<void> decide(TimePoint begun);
    Step<void> decide_on_free(TimePoint begun);
    Step<void> end();
    void follow_up(bool planned);
    void tell(bool planned);
    void on_wake();
    void check_at(TimePoint time);

    WaitOptions options_;
    std::shared_ptr<EarlyWake> wake_;
    std::shared_ptr<UdevCheck> udev_;
    Checker checker_;
    WaitResult result_;

    FixedIntervalLoopingCall<>* call_ = nullptr;  // while more checks may come
    asio::steady_timer timer_;
    WakePacing pacing_;
    std::uint64_t retries_ = 0;
    TimePoint next_{};  // when the next check of the interval is due
    std::optional<TimePoint> free_since_;
    bool checking_ = false;
    bool woken_ = false;  // while checking
};

}  // namespace loopingcall::device::detail
