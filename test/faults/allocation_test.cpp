// Out of memory, at every allocation in turn.
#include "faults/allocation.hpp"

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <loopingcall/config/ini.hpp>
#include <loopingcall/device/fuser.hpp>
#include <loopingcall/device/lsof.hpp>
#include <loopingcall/device/printable.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <new>

using namespace loopingcall;
using namespace std::chrono_literals;
using test::fail_each_allocation;

BOOST_AUTO_TEST_SUITE(out_of_memory)

// stop() makes the outcome, and ends the program if there is no memory for it; and a strand of
// Boost 1.81, which awaitable bodies and commands need, does not survive the failure of its second
// allocation. Neither is what fails here.
BOOST_AUTO_TEST_CASE(a_start_that_fails_leaves_the_call_unchanged) {
    boost::asio::io_context context(1);
    FixedIntervalLoopingCall<> call(context.get_executor(), [] {});
    const auto needed = fail_each_allocation(
        [&] {
            try {
                call.start({.interval = 1h, .initial_delay = 1h, .timeout = 2h, .max_calls = 3});
            } catch (const std::bad_alloc&) {
                BOOST_TEST(!call.running());
                throw;
            }
        },
        [&] {
            call.stop();
            context.restart();
            context.poll();
        });
    BOOST_TEST(needed >= 2U);
    BOOST_TEST(call.running());
    call.stop();
    context.restart();
    context.run();  // returns: no timer is left of a start that failed
}

// Options are not loaded here: a std::variant of libstdc++ 12 that is copied without there being
// memory for its string destroys what it has not made.
BOOST_AUTO_TEST_CASE(texts_are_read_or_not_but_nothing_is_left) {
    BOOST_TEST(fail_each_allocation([] {
                   (void)config::parse_ini("[g]\nx = 1\n  2\noops\n[h]\ny: 'z'\n", "a.conf");
               }) > 5U);
    BOOST_TEST(fail_each_allocation([] {
                   const device::FuserAnswer answer{.status = process::WaitStatus::exited_with(0),
                                                    .standard_output = " 12345 12346",
                                                    .standard_error = "/dev/sda:            cm\n"};
                   (void)judge(answer, "/dev/sda", 1);
               }) > 2U);
    BOOST_TEST(fail_each_allocation([] {
                   (void)device::printable("a long name with\nwhat is not to be printed \x01\xFF");
               }) > 1U);
}

BOOST_AUTO_TEST_SUITE_END()
