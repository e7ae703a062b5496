#include "device/wait/common_round.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

using loopingcall::device::detail::CommonRound;
using Step = CommonRound::Step;

BOOST_AUTO_TEST_SUITE(common_round)

BOOST_AUTO_TEST_CASE(one_device_is_free_by_the_first_check_that_says_so) {
    CommonRound round(1);
    round.in_use(0);
    BOOST_TEST((round.found_free(0, 0) == Step::proven));
    BOOST_TEST(round.proven());
}

BOOST_AUTO_TEST_CASE(devices_that_are_all_free_at_first_need_no_second_round) {
    CommonRound round(3);
    BOOST_TEST((round.found_free(2, 0) == Step::wait));
    BOOST_TEST((round.found_free(0, 0) == Step::wait));
    BOOST_TEST(!round.decided());
    BOOST_TEST((round.found_free(1, 0) == Step::proven));
}

BOOST_AUTO_TEST_CASE(after_a_device_in_use_all_are_checked_again) {
    CommonRound round(2);
    BOOST_TEST((round.found_free(0, 0) == Step::wait));
    round.in_use(1);
    BOOST_TEST((round.found_free(1, 0) == Step::again));
    BOOST_TEST(round.number() == 1U);
    BOOST_TEST((round.found_free(1, 1) == Step::wait));
    BOOST_TEST((round.found_free(0, 1) == Step::proven));
}

BOOST_AUTO_TEST_CASE(a_device_that_is_in_use_again_is_waited_for_and_then_checked_with_all) {
    CommonRound round(2);
    round.in_use(1);
    BOOST_TEST((round.found_free(0, 0) == Step::wait));
    BOOST_TEST((round.found_free(1, 0) == Step::again));
    round.in_use(0);  // mounted again meanwhile
    BOOST_TEST((round.found_free(1, 1) == Step::wait));
    BOOST_TEST((round.found_free(0, 1) == Step::again));
    BOOST_TEST((round.found_free(0, 2) == Step::wait));
    BOOST_TEST((round.found_free(1, 2) == Step::proven));
}

BOOST_AUTO_TEST_CASE(an_opening_while_others_are_waited_for_asks_for_another_round) {
    CommonRound round(2);
    BOOST_TEST((round.found_free(0, 0) == Step::wait));
    round.in_use(0);
    BOOST_TEST((round.found_free(1, 0) == Step::wait));
    BOOST_TEST((round.found_free(0, 0) == Step::again));
}

BOOST_AUTO_TEST_CASE(a_check_of_an_earlier_round_proves_nothing) {
    CommonRound round(2);
    round.in_use(0);
    (void)round.found_free(0, 0);
    (void)round.found_free(1, 0);
    BOOST_TEST((round.found_free(0, 0) == Step::again));
    BOOST_TEST((round.found_free(1, 1) == Step::wait));
    BOOST_TEST(!round.proven());
}

BOOST_AUTO_TEST_CASE(if_one_device_has_ended_the_others_end_by_themselves) {
    CommonRound round(2);
    BOOST_TEST((round.found_free(0, 0) == Step::wait));
    round.give_up();
    BOOST_TEST(round.decided());
    BOOST_TEST(!round.proven());
    BOOST_TEST((round.found_free(0, 0) == Step::hopeless));
}

BOOST_AUTO_TEST_CASE(what_is_proven_stays_proven) {
    CommonRound round(1);
    (void)round.found_free(0, 0);
    round.give_up();
    BOOST_TEST(round.proven());
}

// Whatever happens, success means that each device was found free by a check that began in the last
// round, and that no device was in use since that round began.
BOOST_AUTO_TEST_CASE(at_random_only_a_round_in_which_all_are_free_proves_it) {
    std::mt19937 random(7);
    for (int run = 0; run < 2000; ++run) {
        const std::size_t devices = 2 + random() % 3;
        CommonRound round(devices);
        std::vector<int> free_at(devices, -1);  // the moment of its last check, if it was free
        int last_use = -1;
        int round_begun = 0;
        for (int now = 0; now < 60 && !round.proven(); ++now) {
            const std::size_t device = random() % devices;
            if (random() % 3 == 0) {
                round.in_use(device);
                last_use = now;
                continue;
            }
            free_at[device] = now;
            if (round.found_free(device, round.number()) == Step::again) round_begun = now + 1;
        }
        if (!round.proven()) continue;
        BOOST_TEST(last_use < round_begun);
        for (const int moment : free_at) BOOST_TEST(moment >= round_begun);
    }
}

BOOST_AUTO_TEST_SUITE_END()
