#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/looping_call_done.hpp>
#include <string>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

namespace {

struct ThrowsDone : test::VirtualTime {
    template <class T, class Body>
    Told<T> run(Body body) {
        FixedIntervalLoopingCall<T, VirtualClock> call(context.get_executor(), clock, body);
        Told<T> told;
        call.start({.interval = 100ms});
        watch(call, told);
        clock.advance(0ns);
        return told;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(looping_call_done, ThrowsDone)

BOOST_AUTO_TEST_CASE(with_a_value_is_done_with_it) {
    const auto told = run<int>([]() -> Step<int> { throw LoopingCallDone(42); });
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.value.value() == 42);
    BOOST_TEST(!told.error);
}

BOOST_AUTO_TEST_CASE(without_a_value_is_done_with_an_empty_one) {
    const auto told = run<int>([]() -> Step<int> { throw LoopingCallDone(); });
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(!told.outcome.value.has_value());
}

BOOST_AUTO_TEST_CASE(ends_a_loop_without_a_value) {
    const auto told = run<void>([] { throw LoopingCallDone(); });
    BOOST_TEST(told.outcome.reason == StopReason::done);
}

BOOST_AUTO_TEST_CASE(thrown_from_a_coroutine_is_the_same) {
    const auto told = run<std::string>([]() -> asio::awaitable<Step<std::string>> {
        throw LoopingCallDone(std::string("found"));
        co_return again;
    });
    BOOST_TEST(told.outcome.value.value() == "found");
}

BOOST_AUTO_TEST_CASE(with_a_value_of_another_type_is_a_failure_that_names_both) {
    const auto told = run<int>([]() -> Step<int> { throw LoopingCallDone(4.5); });
    BOOST_TEST(told.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(told.error) ==
               "LoopingCallDone was thrown with a value of type double, but the value of this "
               "looping call is of type int");
}

BOOST_AUTO_TEST_CASE(with_a_value_for_a_loop_that_has_none_is_a_failure) {
    const auto told = run<void>([] { throw LoopingCallDone(1); });
    BOOST_TEST(told.outcome.reason == StopReason::failed);
}

BOOST_AUTO_TEST_CASE(is_the_end_whatever_is_to_be_done_on_errors) {
    auto call = make([] { throw LoopingCallDone(); });
    Told<void> told;
    call.start({.interval = 100ms, .on_error = {OnError::keep_schedule}});
    watch(call, told);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::done);
    BOOST_TEST(told.outcome.stats.failures == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
