// A thread waits for the outcome, for a time.
#include <loopingcall/loopingcall.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(wait_for)

BOOST_AUTO_TEST_CASE(there_is_nothing_while_the_run_goes_on_and_the_outcome_after_it) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<int> call{pool, [] {}};
    call.start({.interval = 1h});
    for (int i = 0; i < 100; ++i) BOOST_TEST(!call.wait_for(1us));
    BOOST_TEST(!call.wait_for(0s));
    BOOST_TEST(!call.wait_for(-1h));
    BOOST_TEST(!call.wait_for(std::chrono::duration<double>(1e-3)));
    BOOST_TEST(call.running());
    call.stop();
    const auto outcome = call.wait_for(std::chrono::hours::max());
    BOOST_TEST_REQUIRE(outcome.has_value());
    BOOST_TEST(outcome->reason == StopReason::stopped);
    BOOST_TEST(call.wait_for(0s).has_value());
    pool.join();
}

BOOST_AUTO_TEST_CASE(never_is_the_same_as_wait) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<int> call{pool, [](const Tick& tick) -> Step<int> {
                                           if (tick.index < 5) return again;
                                           return done(7);
                                       }};
    call.start({.interval = 1ms});
    BOOST_TEST(call.wait_for(std::chrono::seconds::max()).value().value.value() == 7);
    pool.join();
}

BOOST_AUTO_TEST_CASE(a_failure_is_thrown_as_by_wait) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<> call{pool, [] { throw std::runtime_error("broken"); }};
    call.start({});
    BOOST_CHECK_THROW(call.wait_for(1h), std::runtime_error);
    pool.join();
}

// An error that looks like a cancelled wait is the body's all the same.
BOOST_AUTO_TEST_CASE(an_operation_aborted_of_the_body_is_thrown) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<> call{
        pool, []() -> Step<void> { return failed(asio::error::operation_aborted); }};
    call.start({});
    BOOST_CHECK_THROW(call.wait_for(1h), boost::system::system_error);
    pool.join();
}

BOOST_AUTO_TEST_CASE(it_is_refused_where_wait_is) {
    asio::io_context context;
    std::vector<boost::system::error_code> codes;
    const auto code_of = [](auto& call) {
        try {
            call.wait_for(0s);
        } catch (const boost::system::system_error& error) {
            return error.code();
        }
        return boost::system::error_code();
    };
    FixedIntervalLoopingCall<>* self = nullptr;
    FixedIntervalLoopingCall<> call{context, [&]() -> Step<void> {
                                        codes.push_back(code_of(*self));
                                        return done();
                                    }};
    self = &call;
    codes.push_back(code_of(call));
    call.start({});
    context.restart();  // the first wait was work, which has ended
    context.run();
    BOOST_TEST_REQUIRE(codes.size() == 2U);
    BOOST_TEST((codes[0] == make_error_code(errc::not_started)));
    BOOST_TEST((codes[1] == boost::system::errc::resource_deadlock_would_occur));
}

BOOST_AUTO_TEST_CASE(threads_may_wait_for_a_time_while_others_stop_the_call) {
    asio::thread_pool pool(2);
    std::atomic<int> seen = 0;
    for (int round = 0; round < 200; ++round) {
        FixedIntervalLoopingCall<> call{pool, [] {}};
        call.start({.interval = 1ms});
        std::vector<std::jthread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&] {
                while (!call.wait_for(50us)) {
                }
                ++seen;
            });
        }
        call.stop();
    }
    pool.join();
    BOOST_TEST(seen == 600);
}

BOOST_AUTO_TEST_CASE(a_call_in_virtual_time_is_waited_for_in_real_time) {
    test::VirtualTime virtual_time;
    auto call = virtual_time.recording();
    call.start({.max_calls = 2});
    BOOST_TEST(!call.wait_for(1ms));
    virtual_time.clock.advance(1min);
    BOOST_TEST(call.wait_for(0s).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
