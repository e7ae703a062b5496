#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace loopingcall::device::detail {

/// Thrown in the middle of a process when no waiter is left for the answer.
struct ScanAbandoned {};

/// How far a thread has come: it counts the entries that it inspects, and another one watches.
class Progress {
  public:
    explicit Progress(std::shared_ptr<const std::atomic<bool>> abandoned)
        : abandoned_(std::move(abandoned)) {}

    /// Called before each entry.
    /// @throws ScanAbandoned
    void count() {
        entries_.fetch_add(1, std::memory_order_relaxed);
        const bool scan = abandoned_ && abandoned_->load(std::memory_order_relaxed);
        if (scan || given_up_.load(std::memory_order_relaxed)) throw ScanAbandoned{};
    }

    [[nodiscard]] std::uint64_t entries() const { return entries_.load(std::memory_order_relaxed); }
    /// What the thread finds does not count any more.
    void give_up() { given_up_.store(true, std::memory_order_relaxed); }

  private:
    std::shared_ptr<const std::atomic<bool>> abandoned_;
    std::atomic<std::uint64_t> entries_ = 0;
    std::atomic<bool> given_up_ = false;
};

}  // namespace loopingcall::device::detail
