#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "claim_pacing.hpp"
#include "common_round.hpp"
#include "device/check/checker.hpp"
#include "device/check/early_wake.hpp"
#include "quiet_period.hpp"
#include "retry_count.hpp"
#include "wake_pacing.hpp"

namespace loopingcall::device::detail {

class DeviceWait;

/// The devices of one wait. On its strand.
struct Companions {
    Companions(std::size_t devices, TimePoint begun, Duration interval)
        : round(devices), retries(devices, begun, interval) {}

    /// Lets all that wait for the others continue: a round has begun, or was the last.
    void call_all();

    CommonRound round;
    RetryCount retries;
    std::vector<std::weak_ptr<DeviceWait>> waits = {};  // in the order of the devices
};

/// The wait for one device: checks at an interval, extra checks when something has changed, and
/// their result. On one strand.
///
/// The checks of the interval are the calls of a FixedIntervalLoopingCall. Anything else
/// to do triggers one more call, which does not count: the check of an early wake or of a round, a
/// look at a claim, the end. While the device is free and waits for others, nothing is planned.
class DeviceWait : public std::enable_shared_from_this<DeviceWait> {
  public:
    DeviceWait(const asio::any_io_executor& strand, std::filesystem::path device,
               WaitOptions options, const std::shared_ptr<CheckContext>& context,
               std::shared_ptr<Companions> companions);

    asio::awaitable<WaitResult> run();

    /// The round has changed.
    void call();

    /// Lets go of what is the caller's; handlers that are on their way keep the rest.
    void release() noexcept;

  private:
    // The run and its checks: device_wait.cpp.
    void listen();
    void set_limits(Duration interval, std::uint64_t max_retries);
    asio::awaitable<Step<void>> call_body(Tick tick);
    asio::awaitable<Step<void>> check(bool planned, TimePoint due);
    asio::awaitable<bool> look();
    void tell(bool planned);
    [[nodiscard]] std::uint64_t number() const { return companions_->retries.number(index_); }
    void finish();

    // What follows: device_wait_decide.cpp.
    std::optional<Step<void>> wait_for_others();
    std::optional<Step<void>> wait_for_quiet();
    Step<void> decide(std::uint64_t round, bool was_free, bool was_replaced);
    void skip_passed();
    Step<void> back_to_the_interval();
    Step<void> decide_on_free(std::uint64_t round);
    Step<void> give_up_quiet();
    [[nodiscard]] bool is_last_check() const;
    void in_use();
    Step<void> end();

    // Extra checks: device_wait_wakes.cpp.
    void hear_openings();
    bool has_opened();
    [[nodiscard]] bool quiet_is_watched() const;
    void follow_up(bool planned);
    void on_wake(WakeKind kind);
    void call_at(asio::steady_timer& timer, TimePoint time, bool& due);

    WaitOptions options_;
    std::shared_ptr<Companions> companions_;
    std::size_t index_;  // among them
    std::shared_ptr<EarlyWake> wake_;
    std::shared_ptr<UdevCheck> udev_;
    Checker checker_;
    WaitResult result_;

    std::weak_ptr<FixedIntervalLoopingCall<>> call_;  // while more calls may come
    asio::steady_timer wake_timer_;
    asio::steady_timer look_timer_;
    WakePacing pacing_;
    ClaimPacing claim_pacing_;
    QuietPeriod quiet_;
    TimePoint next_{};                     // when the next check of the interval is due
    std::optional<std::uint64_t> parked_;  // free, and waiting for the others, since this round
    bool ended_ = false;                   // by a decision, not by the time limit
    bool check_due_ = false;
    bool look_due_ = false;
    bool checking_ = false;
    std::optional<WakeKind> woken_;  // while checking
};

}  // namespace loopingcall::device::detail
