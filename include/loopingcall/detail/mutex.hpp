#pragma once

#include <atomic>

namespace loopingcall::detail {

/// A mutex of four bytes: there is one in every loop, many loops are idle, and a `std::mutex` takes
/// forty. A thread that has to wait sleeps in the kernel.
///
/// @par Thread safety  all functions from any thread; only the thread that locked may unlock.
class Mutex {
  public:
    Mutex() = default;
    Mutex(const Mutex&) = delete;
    Mutex& operator=(const Mutex&) = delete;

    void lock() noexcept {
        int expected = free;
        if (state_.compare_exchange_strong(expected, locked, std::memory_order_acquire)) return;
        while (state_.exchange(awaited, std::memory_order_acquire) != free) state_.wait(awaited);
    }

    void unlock() noexcept {
        if (state_.exchange(free, std::memory_order_release) == awaited) state_.notify_one();
    }

  private:
    static constexpr int free = 0;
    static constexpr int locked = 1;
    static constexpr int awaited = 2;  // locked, and a thread may be asleep

    std::atomic<int> state_ = free;
};

}  // namespace loopingcall::detail
