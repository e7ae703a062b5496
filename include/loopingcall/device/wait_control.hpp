#pragma once

#include <cstdint>
#include <functional>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <mutex>
#include <vector>

namespace loopingcall::device {

/// Changes waits while they run: what a program does when its configuration was read again.
///
///     auto control = std::make_shared<device::WaitControl>();
///     device::async_wait_until_free(executor, devices, {.control = control}, token);
///     ...
///     control->set_limits(2s, 40);
///
/// One control may have any number of waits; those that have ended are not affected.
///
/// @par Thread safety  all members, from any thread, without blocking.
class LOOPINGCALL_EXPORT WaitControl {
  public:
    /// From now on, checks are `interval` apart, the next one an interval from now; and
    /// `max_retries` of them are made, those counted that were made before.
    /// @throws std::invalid_argument if `interval` is negative or `max_retries` is 0.
    void set_limits(Duration interval, std::uint64_t max_retries);

    /// A wait: receives new limits until it answers false. For the library.
    using Listener = std::function<bool(Duration interval, std::uint64_t max_retries)>;
    void listen(Listener listener);

  private:
    std::mutex mutex_;
    std::vector<Listener> listeners_;
};

}  // namespace loopingcall::device
