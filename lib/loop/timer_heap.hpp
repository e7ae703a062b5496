#pragma once

#include <cstddef>
#include <loopingcall/detail/timer_queue.hpp>
#include <vector>

namespace loopingcall::detail {

/// Armed timers, the earliest first and those of the same instant in the order of arming.
///
/// Each timer knows its place, so that disarming it costs as little as arming it and leaves
/// nothing behind. Four children a node: half as deep as a binary heap, and they share a cache line
/// or two. Not thread safe: a queue guards it.
class TimerHeap {
  public:
    [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] TimePoint earliest() const noexcept { return nodes_.front().due; }

    struct Expired {
        std::shared_ptr<Timer> timer;
        Ticket ticket;
    };

    /// Takes the place of an earlier arming. `TimePoint::max()` never comes, and is not kept.
    Ticket push(Timer& timer, TimePoint due);
    Expired pop();
    bool erase(Timer& timer) noexcept;
    void clear() noexcept;

    /// A ticket for a wake-up that needs no arming.
    Ticket next_ticket() noexcept { return ++last_ticket_; }

  private:
    struct Node {
        TimePoint due;
        Ticket ticket;
        Timer* timer;

        [[nodiscard]] bool before(const Node& other) const noexcept {
            return due != other.due ? due < other.due : ticket < other.ticket;
        }
    };

    void put(std::size_t place, const Node& node) noexcept;
    void rise(std::size_t place, const Node& node) noexcept;
    void sink(std::size_t place, const Node& node) noexcept;

    std::vector<Node> nodes_;
    Ticket last_ticket_ = 0;
};

}  // namespace loopingcall::detail
