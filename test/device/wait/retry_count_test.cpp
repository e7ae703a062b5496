#include "device/wait/retry_count.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using loopingcall::TimePoint;
using loopingcall::device::detail::RetryCount;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint begun{100s};

/// What happens to a device, in ms from the beginning, and its count after that.
struct Event {
    enum Kind { planned, in_use_again } kind;
    std::size_t device;
    int ms;
    std::uint64_t number;
};
constexpr auto planned = Event::planned;
constexpr auto again = Event::in_use_again;

struct Row {
    const char* name;
    std::chrono::milliseconds interval;
    std::vector<Event> events;
};

const Row rows[] = {
    {"one device, always in use", 1s, {{planned, 0, 0, 1}, {planned, 0, 1000, 2}}},
    {"checks that take longer than the interval count as one each",
     1s,
     {{planned, 0, 0, 1}, {planned, 0, 3000, 2}, {planned, 0, 6000, 3}}},
    {"two devices, always in use, one a moment later",
     1s,
     {{planned, 0, 0, 1}, {planned, 1, 1, 1}, {planned, 0, 1000, 2}, {planned, 1, 1001, 2}}},
    {"two by turns of 0.3 s: each interval counts once",
     1s,
     {{planned, 0, 0, 1},
      {planned, 1, 0, 1},
      {again, 1, 300, 1},
      {again, 0, 600, 1},
      {again, 1, 900, 1},
      {planned, 1, 1000, 2},
      {again, 0, 1200, 2},
      {again, 1, 1500, 2},
      {again, 0, 1800, 2},
      {again, 1, 2100, 3},
      {again, 0, 2400, 3},
      {planned, 0, 3000, 4},
      {again, 1, 3300, 4}}},
    {"two by turns slower than the interval",
     1s,
     {{planned, 0, 0, 1},
      {planned, 1, 0, 1},
      {planned, 0, 1000, 2},
      {planned, 0, 2000, 3},
      {again, 1, 2500, 3},
      {planned, 1, 3000, 4},
      {planned, 1, 4000, 5},
      {again, 0, 4500, 5},
      {planned, 0, 5000, 6}}},
    {"three by turns",
     1s,
     {{planned, 0, 0, 1},
      {planned, 1, 0, 1},
      {planned, 2, 0, 1},
      {planned, 0, 1000, 2},
      {again, 1, 1400, 2},
      {planned, 1, 2000, 3},
      {again, 2, 2400, 3},
      {planned, 2, 3000, 4},
      {again, 0, 3400, 4}}},
    {"all of them free for several intervals, as in a quiet period",
     1s,
     {{planned, 0, 0, 1}, {planned, 1, 0, 1}, {again, 0, 5500, 6}, {again, 1, 5600, 6}}},
    {"in use again at the very moment of a check", 1s, {{planned, 0, 0, 1}, {again, 0, 1000, 2}}},
    {"without an interval, each time counts",
     0s,
     {{planned, 0, 0, 1}, {planned, 1, 0, 1}, {planned, 0, 1, 2}, {again, 1, 2, 3}}},
    {"an interval without an end",
     std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::nanoseconds::max()),
     {{planned, 0, 0, 1}, {again, 0, 1000000, 1}}},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(retry_count)

BOOST_AUTO_TEST_CASE(an_interval_counts_for_each_device_that_is_in_use_after_it) {
    for (const Row& row : rows) {
        RetryCount count(3, begun, row.interval);
        for (const Event& event : row.events) {
            const TimePoint now = begun + std::chrono::milliseconds{event.ms};
            if (event.kind == planned) count.planned(event.device, now);
            if (event.kind == again) count.in_use_again(event.device, now);
            BOOST_TEST(count.number(event.device) == event.number,
                       row.name << ", at " << event.ms << " ms: " << count.number(event.device));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_new_interval_counts_from_the_moment_at_which_it_is_set) {
    RetryCount count(2, begun, 1s);
    count.planned(0, begun);
    count.set_interval(10s, begun + 500ms);
    count.set_interval(10s, begun + 800ms);  // of the other device
    count.in_use_again(0, begun + 10400ms);
    BOOST_TEST(count.number(0) == 1U);
    count.in_use_again(1, begun + 10500ms);
    BOOST_TEST(count.number(1) == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
