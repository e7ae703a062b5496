#include "device/scan/listing_rounds.hpp"

#include <boost/test/unit_test.hpp>
#include <cstddef>
#include <vector>

using loopingcall::device::detail::ListingRounds;
using Step = ListingRounds::Step;

namespace {

/// What one more reading of the list found.
struct Reading {
    std::size_t fresh;
    std::size_t gone;
    Step step;
    bool time_is_up = false;
};

void check(std::size_t gone_at_first, const std::vector<Reading>& readings) {
    ListingRounds rounds(gone_at_first);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        BOOST_TEST_INFO_SCOPE("reading " << i);
        const Reading& one = readings[i];
        BOOST_TEST((rounds.next(one.fresh, one.gone, one.time_is_up) == one.step));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(listing_rounds)

BOOST_AUTO_TEST_CASE(a_list_without_a_new_process_is_complete) {
    check(0, {{0, 0, Step::complete}});
    check(0, {{3, 0, Step::again}, {0, 0, Step::complete}});
}

BOOST_AUTO_TEST_CASE(after_one_that_ended_unseen_two_lists_have_no_new_process) {
    check(1, {{0, 0, Step::again}, {0, 0, Step::complete}});
    check(0, {{3, 1, Step::again}, {0, 0, Step::again}, {0, 0, Step::complete}});
    check(0, {{3, 1, Step::again}, {0, 0, Step::again}, {1, 1, Step::again}, {0, 0, Step::again}});
}

BOOST_AUTO_TEST_CASE(where_processes_come_all_the_time_a_clear_round_is_enough_after_a_few) {
    std::vector<Reading> readings(7, {2, 0, Step::again});
    readings.push_back({2, 0, Step::complete});
    check(0, readings);
}

BOOST_AUTO_TEST_CASE(the_first_clear_round_counts_and_not_only_the_last_before_the_time_is_up) {
    std::vector<Reading> readings(50, {2, 1, Step::again});
    readings.push_back({2, 0, Step::complete});
    check(0, readings);
}

BOOST_AUTO_TEST_CASE(no_clear_round_until_the_time_is_up_is_turmoil) {
    std::vector<Reading> readings(7, {2, 1, Step::again, true});
    readings.push_back({2, 1, Step::turmoil, true});
    check(0, readings);
    readings.back() = {2, 0, Step::complete, true};
    check(0, readings);
}

BOOST_AUTO_TEST_SUITE_END()
