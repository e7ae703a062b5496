#include "timer_heap.hpp"

#include <algorithm>

namespace loopingcall::detail {

namespace {
constexpr std::size_t children_of_a_node = 4;
}

Ticket TimerHeap::push(Timer& timer, TimePoint due) {
    erase(timer);
    const Node node{due, next_ticket(), &timer};
    if (due == TimePoint::max()) return node.ticket;
    nodes_.push_back(node);
    rise(nodes_.size() - 1, node);
    return node.ticket;
}

TimerHeap::Expired TimerHeap::pop() {
    const Node first = nodes_.front();
    Expired expired{first.timer->shared_from_this(), first.ticket};
    erase(*first.timer);
    return expired;
}

bool TimerHeap::erase(Timer& timer) noexcept {
    const std::size_t hole = timer.place_;
    if (hole == Timer::nowhere) return false;
    timer.place_ = Timer::nowhere;
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (hole == nodes_.size()) return true;
    const bool rises = hole > 0 && last.before(nodes_[(hole - 1) / children_of_a_node]);
    rises ? rise(hole, last) : sink(hole, last);
    return true;
}

void TimerHeap::clear() noexcept {
    for (const Node& node : nodes_) node.timer->place_ = Timer::nowhere;
    nodes_.clear();
}

void TimerHeap::put(std::size_t place, const Node& node) noexcept {
    nodes_[place] = node;
    node.timer->place_ = static_cast<std::uint32_t>(place);
}

void TimerHeap::rise(std::size_t place, const Node& node) noexcept {
    while (place > 0) {
        const std::size_t parent = (place - 1) / children_of_a_node;
        if (!node.before(nodes_[parent])) break;
        put(place, nodes_[parent]);
        place = parent;
    }
    put(place, node);
}

void TimerHeap::sink(std::size_t place, const Node& node) noexcept {
    for (;;) {
        const std::size_t first = place * children_of_a_node + 1;
        if (first >= nodes_.size()) break;
        const auto begin = nodes_.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = nodes_.begin() + static_cast<std::ptrdiff_t>(
                                              std::min(first + children_of_a_node, nodes_.size()));
        const auto earliest =
            std::min_element(begin, end, [](const Node& a, const Node& b) { return a.before(b); });
        if (!earliest->before(node)) break;
        const auto child = static_cast<std::size_t>(earliest - nodes_.begin());
        put(place, nodes_[child]);
        place = child;
    }
    put(place, node);
}

}  // namespace loopingcall::detail
