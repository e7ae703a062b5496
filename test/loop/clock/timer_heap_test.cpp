#include "loop/clock/timer_heap.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace loopingcall;
using namespace loopingcall::detail;

namespace {

struct Waiter final : Timer {
    explicit Waiter(long due_) : due(due_) {}
    void wake(std::shared_ptr<Timer>&&, Ticket, std::optional<TimePoint>) override {}
    long due;
};

TimePoint at(long time) { return TimePoint{Duration{time}}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(timer_heap)

BOOST_AUTO_TEST_CASE(timers_come_out_by_due_time_and_then_in_the_order_of_arming) {
    std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): a fixed seed, so that a failure repeats
    TimerHeap heap;
    std::vector<std::shared_ptr<Waiter>> waiters;
    for (int i = 0; i < 2000; ++i) {
        waiters.push_back(std::make_shared<Waiter>(static_cast<long>(random() % 100)));
        heap.push(*waiters.back(), at(waiters.back()->due));
    }
    // Every third is taken out again, from anywhere.
    std::shuffle(waiters.begin(), waiters.end(), random);
    for (std::size_t i = 0; i < waiters.size(); i += 3) {
        BOOST_TEST(heap.erase(*waiters[i]));
        BOOST_TEST(!heap.erase(*waiters[i]));
    }
    std::size_t popped = 0;
    TimePoint last_due{};
    Ticket last_ticket = 0;
    while (!heap.empty()) {
        const TimePoint due = heap.earliest();
        const auto expired = heap.pop();
        BOOST_TEST((due >= last_due));
        if (due == last_due) BOOST_TEST(expired.ticket > last_ticket);
        BOOST_TEST((at(static_cast<Waiter&>(*expired.timer).due) == due));
        last_due = due;
        last_ticket = expired.ticket;
        ++popped;
    }
    BOOST_TEST(popped == waiters.size() - (waiters.size() + 2) / 3);
}

// The places of timers are kept apart from them: each must follow its timer, and none be given
// twice.
BOOST_AUTO_TEST_CASE(timers_are_armed_again_and_taken_out_at_random) {
    std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): a fixed seed, so that a failure repeats
    TimerHeap heap;
    std::vector<std::shared_ptr<Waiter>> waiters;
    std::set<std::pair<long, std::size_t>> armed;  // due time, and which
    std::vector<long> due(50, -1);
    for (int i = 0; i < 50; ++i) waiters.push_back(std::make_shared<Waiter>(0));
    for (int step = 0; step < 20'000; ++step) {
        const std::size_t which = random() % waiters.size();
        if (due[which] >= 0) armed.erase({due[which], which});
        if (random() % 4 == 0) {
            BOOST_TEST(heap.erase(*waiters[which]) == (due[which] >= 0));
            due[which] = -1;
        } else {
            due[which] = static_cast<long>(random() % 1000);
            heap.push(*waiters[which], at(due[which]));
            armed.insert({due[which], which});
        }
        BOOST_TEST_REQUIRE(heap.size() == armed.size());
        if (armed.empty()) continue;
        BOOST_TEST_REQUIRE((heap.earliest() == at(armed.begin()->first)));
        if (random() % 3 != 0) continue;
        const auto expired = heap.pop();
        const auto popped = static_cast<std::size_t>(
            std::find(waiters.begin(), waiters.end(), expired.timer) - waiters.begin());
        BOOST_TEST_REQUIRE(due[popped] == armed.begin()->first);
        armed.erase({due[popped], popped});
        due[popped] = -1;
    }
}

BOOST_AUTO_TEST_CASE(a_cleared_heap_forgets_its_timers) {
    TimerHeap heap;
    auto waiter = std::make_shared<Waiter>(1);
    heap.push(*waiter, at(1));
    heap.clear();
    BOOST_TEST(heap.empty());
    BOOST_TEST(!heap.erase(*waiter));
}

BOOST_AUTO_TEST_SUITE_END()
