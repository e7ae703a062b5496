#pragma once

#include <cstddef>
#include <cstdint>
#include <loopingcall/detail/timer_queue.hpp>
#include <utility>
#include <vector>

namespace loopingcall::detail {

/// Armed timers, the earliest first and those of the same instant in the order of arming.
///
/// The place of each timer is known, so that disarming it costs as little as arming it and leaves
/// nothing behind. Places are kept here, in four bytes a timer: a timer moves some ten times on its
/// way through a heap of a million, and to note that in the timers would be a cache miss each time.
/// Four children a node: half as deep as a binary heap, and they share a cache line or two. Not
/// thread safe: a queue guards it.
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
    void push(Timer& timer, TimePoint due);
    Expired pop();
    bool erase(Timer& timer) noexcept;
    void clear() noexcept;

  private:
    struct Node {
        TimePoint due;
        Timer* timer;
        std::uint32_t order;  // of arming; begins again after four thousand millions
        std::uint32_t slot;   // where places_ knows its place

        [[nodiscard]] bool before(const Node& other) const noexcept {
            if (due != other.due) return due < other.due;
            return static_cast<std::int32_t>(order - other.order) < 0;
        }
    };

    static constexpr std::size_t children_of_a_node = 4;
    static void fetch(const Timer* timer) noexcept;
    void make_room();
    void free_slot(Timer& timer) noexcept;
    void put(std::size_t place, const Node& node) noexcept;
    void rise(std::size_t place, const Node& node) noexcept;
    void sink(std::size_t place, const Node& node) noexcept;
    [[nodiscard]] std::size_t earliest_child(std::size_t first) const noexcept;

    std::vector<Node> nodes_;
    std::vector<std::uint32_t> places_;  // of each slot; of one that is free, the next that is
    std::uint32_t free_ = Timer::nowhere;
    Ticket last_ticket_ = 0;
};

// What each tick needs is inline.

inline void TimerHeap::push(Timer& timer, TimePoint due) {
    erase(timer);
    const Ticket ticket = ++last_ticket_;
    if (due != TimePoint::max()) {
        make_room();
        const Node node{due, &timer, static_cast<std::uint32_t>(ticket), free_};
        free_ = places_[node.slot];
        timer.slot_ = node.slot;
        rise(nodes_.size() - 1, node);
    }
    timer.ticket_ = ticket;
}

/// For one more timer, or there is no memory and nothing has changed.
inline void TimerHeap::make_room() {
    if (free_ == Timer::nowhere) {
        places_.push_back(Timer::nowhere);
        free_ = static_cast<std::uint32_t>(places_.size() - 1);
    }
    nodes_.emplace_back();
}

inline TimerHeap::Expired TimerHeap::pop() {
    Timer& first = *nodes_.front().timer;
    Expired expired{first.shared_from_this(), first.ticket_};
    free_slot(first);
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (!nodes_.empty()) {
        sink(0, last);
        fetch(nodes_.front().timer);
    }
    return expired;
}

inline void TimerHeap::free_slot(Timer& timer) noexcept {
    places_[timer.slot_] = free_;
    free_ = std::exchange(timer.slot_, Timer::nowhere);
}

inline void TimerHeap::put(std::size_t place, const Node& node) noexcept {
    nodes_[place] = node;
    places_[node.slot] = static_cast<std::uint32_t>(place);
}

inline void TimerHeap::rise(std::size_t place, const Node& node) noexcept {
    while (place > 0) {
        const std::size_t parent = (place - 1) / children_of_a_node;
        if (!node.before(nodes_[parent])) break;
        put(place, nodes_[parent]);
        place = parent;
    }
    put(place, node);
}

/// The next loop is called in a moment: its data comes from memory meanwhile.
inline void TimerHeap::fetch(const Timer* timer) noexcept {
    constexpr std::size_t cache_line = 64;
    constexpr std::size_t size_of_a_loop = 320;
    const auto* const begin = reinterpret_cast<const char*>(timer);
    for (std::size_t i = 0; i < size_of_a_loop; i += cache_line) __builtin_prefetch(begin + i, 1);
}

}  // namespace loopingcall::detail
