#include "timer_heap.hpp"

#include <algorithm>

namespace loopingcall::detail {

bool TimerHeap::erase(Timer& timer) noexcept {
    if (timer.slot_ == Timer::nowhere) return false;
    const std::size_t hole = places_[timer.slot_];
    free_slot(timer);
    const Node last = nodes_.back();
    nodes_.pop_back();
    if (hole == nodes_.size()) return true;
    const bool rises = hole > 0 && last.before(nodes_[(hole - 1) / children_of_a_node]);
    rises ? rise(hole, last) : sink(hole, last);
    return true;
}

void TimerHeap::clear() noexcept {
    for (const Node& node : nodes_) node.timer->slot_ = Timer::nowhere;
    nodes_.clear();
    places_.clear();
    free_ = Timer::nowhere;
}

void TimerHeap::sink(std::size_t place, const Node& node) noexcept {
    for (;;) {
        const std::size_t first = place * children_of_a_node + 1;
        if (first >= nodes_.size()) break;
        const std::size_t child = earliest_child(first);
        if (!nodes_[child].before(node)) break;
        put(place, nodes_[child]);
        place = child;
    }
    put(place, node);
}

std::size_t TimerHeap::earliest_child(std::size_t first) const noexcept {
    const std::size_t end = std::min(first + children_of_a_node, nodes_.size());
    std::size_t earliest = first;
    for (std::size_t child = first + 1; child < end; ++child) {
        if (nodes_[child].before(nodes_[earliest])) earliest = child;
    }
    return earliest;
}

}  // namespace loopingcall::detail
