#include "device/kernel/opened_by_us.hpp"

#include <boost/test/unit_test.hpp>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

using loopingcall::device::detail::CountedNode;
using loopingcall::device::detail::OwnEvents;
using loopingcall::device::detail::OwnOpening;
using loopingcall::device::detail::OwnOpenings;

BOOST_AUTO_TEST_SUITE(own_openings)

BOOST_AUTO_TEST_CASE(openings_are_counted_for_each_node_by_all_threads) {
    const CountedNode counted("/dev/counted");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] {
            for (int j = 0; j < 100; ++j) const OwnOpening own("/dev/counted");
        });
    }
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(counted.count().begun == 400U);
    BOOST_TEST(counted.count().ended == 400U);
    BOOST_TEST(CountedNode("/dev/never").count().begun == 0U);
}

BOOST_AUTO_TEST_CASE(one_that_begins_to_count_during_an_opening_sees_it_end) {
    std::optional<OwnOpening> own(std::in_place, "/dev/open_already");
    const CountedNode counted("/dev/open_already");
    BOOST_TEST(counted.count().begun == 1U);
    BOOST_TEST(counted.count().ended == 0U);
    own.reset();
    BOOST_TEST(counted.count().ended == 1U);
}

BOOST_AUTO_TEST_CASE(a_refused_opening_counts_only_while_it_lasts) {
    const CountedNode counted("/dev/refused");
    {
        OwnOpening own("/dev/refused");
        BOOST_TEST(counted.count().begun == 1U);
        own.refused();
    }
    BOOST_TEST(counted.count().begun == 0U);
    BOOST_TEST(counted.count().ended == 0U);
}

BOOST_AUTO_TEST_CASE(nothing_is_kept_of_a_node_without_a_counter) {
    {
        const CountedNode counted("/dev/forgotten");
        const OwnOpening own("/dev/forgotten");
    }
    BOOST_TEST(CountedNode("/dev/forgotten").count().begun == 0U);
}

BOOST_AUTO_TEST_CASE(each_opening_takes_one_event_of_each_kind) {
    OwnEvents events({.begun = 5, .ended = 5});
    events.begin({.begun = 6, .ended = 6});
    BOOST_TEST(events.takes_opening());
    BOOST_TEST(events.takes_closing());
    BOOST_TEST(!events.takes_opening());
    BOOST_TEST(!events.takes_closing());
}

BOOST_AUTO_TEST_CASE(events_that_were_merged_leave_nothing_for_later_ones) {
    OwnEvents events({});
    events.begin({.begun = 3, .ended = 3});
    BOOST_TEST(events.takes_opening());
    BOOST_TEST(events.takes_closing());
    events.end({.begun = 3, .ended = 3});
    BOOST_TEST(!events.takes_opening());
    BOOST_TEST(!events.takes_closing());
}

BOOST_AUTO_TEST_CASE(an_opening_that_lasts_has_its_events_later) {
    OwnEvents events({});
    events.begin({.begun = 1, .ended = 0});
    BOOST_TEST(events.takes_opening());
    events.end({.begun = 0, .ended = 0});
    events.begin({.begun = 1, .ended = 1});
    BOOST_TEST(events.takes_closing());
    events.end({.begun = 1, .ended = 1});
    BOOST_TEST(!events.takes_closing());
}

BOOST_AUTO_TEST_CASE(one_that_lasted_when_the_watch_began_still_closes) {
    OwnEvents events({.begun = 8, .ended = 7});
    events.begin({.begun = 8, .ended = 8});
    BOOST_TEST(events.takes_closing());
    events.end({.begun = 8, .ended = 8});
    BOOST_TEST(!events.takes_opening());
}

BOOST_AUTO_TEST_CASE(a_refusal_takes_back_what_it_has_not_used) {
    OwnEvents events({});
    events.begin({.begun = 1, .ended = 0});
    events.end({.begun = 1, .ended = 0});
    events.begin({.begun = 0, .ended = 0});  // it was refused
    events.end({.begun = 0, .ended = 0});
    BOOST_TEST(!events.takes_closing());
}

BOOST_AUTO_TEST_SUITE_END()
