#include <loopingcall/error.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <set>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Told;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(error, test::VirtualTime)

BOOST_AUTO_TEST_CASE(every_error_has_a_message_of_its_own_without_a_full_stop) {
    std::set<std::string> messages;
    for (const errc value : {errc::already_running, errc::not_started}) {
        const boost::system::error_code code = value;
        BOOST_TEST(code.category().name() == std::string("loopingcall"));
        BOOST_TEST(!code.message().empty());
        BOOST_TEST(!code.message().ends_with('.'));
        BOOST_TEST(messages.insert(code.message()).second);
    }
}

BOOST_AUTO_TEST_CASE(what_the_body_throws_reaches_the_waiter_as_the_same_object) {
    const auto thrown = std::make_exception_ptr(std::runtime_error("broken"));
    auto call = make([&] { std::rethrow_exception(thrown); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST((told.error == thrown));
    BOOST_TEST((told.outcome.error == thrown));
    BOOST_TEST(told.outcome.stats.runs == 1U);
}

BOOST_AUTO_TEST_CASE(any_exception_is_an_error_not_only_those_of_the_standard_library) {
    auto call = make([] { throw 42; });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_CHECK_THROW(std::rethrow_exception(told.error), int);
}

BOOST_AUTO_TEST_CASE(without_a_cancellation_of_ours_operation_aborted_is_an_ordinary_failure) {
    auto call = make([] { throw boost::system::system_error(asio::error::operation_aborted); });
    Told<void> told;
    call.start({.interval = 100ms});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_SUITE_END()
