// wait(): for threads that have nothing else to do.
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

boost::system::error_code code_of_wait(FixedIntervalLoopingCall<>& call) {
    try {
        call.wait();
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(blocking_wait)

BOOST_AUTO_TEST_CASE(gives_the_outcome_to_a_thread_that_blocks) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<int> call(pool.get_executor(), [](const Tick& tick) -> Step<int> {
        if (tick.index < 3) return again;
        return done(5);
    });
    const Outcome<int> outcome = call.start({.interval = 1ms}).wait();
    BOOST_TEST(outcome.reason == StopReason::done);
    BOOST_TEST(outcome.value.value() == 5);
    BOOST_TEST(call.wait().value.value() == 5);  // and after the end
}

BOOST_AUTO_TEST_CASE(rethrows_what_the_body_threw) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<> call(pool.get_executor(), [] { throw std::runtime_error("no"); });
    call.start({.interval = 1ms});
    BOOST_CHECK_EXCEPTION(call.wait(), std::runtime_error, [](const std::runtime_error& error) {
        return std::string(error.what()) == "no";
    });
}

BOOST_AUTO_TEST_CASE(of_a_call_that_never_started_is_an_error) {
    asio::thread_pool pool(1);
    FixedIntervalLoopingCall<> call(pool.get_executor(), [] {});
    BOOST_TEST((code_of_wait(call) == errc::not_started));
}

BOOST_AUTO_TEST_CASE(inside_the_body_is_an_error_rather_than_a_hang) {
    asio::io_context context;
    boost::system::error_code refused;
    std::optional<FixedIntervalLoopingCall<>> call;
    call.emplace(context.get_executor(), [&] { refused = code_of_wait(*call); });
    call->start({.interval = 1ms, .max_calls = 1});
    context.run();
    BOOST_TEST(refused == boost::system::errc::resource_deadlock_would_occur);
}

BOOST_AUTO_TEST_CASE(on_any_thread_of_the_context_is_an_error) {
    asio::io_context context;
    const auto strand = asio::make_strand(asio::any_io_executor(asio::make_strand(context)));
    boost::system::error_code refused;
    FixedIntervalLoopingCall<> call(strand, [] {});
    call.start({.interval = 1h});
    asio::post(context, [&] {
        refused = code_of_wait(call);
        call.stop();
    });
    context.run();
    BOOST_TEST(refused == boost::system::errc::resource_deadlock_would_occur);
}

BOOST_AUTO_TEST_CASE(on_a_thread_of_the_pool_is_an_error) {
    asio::thread_pool pool(2);
    std::promise<boost::system::error_code> refused;
    FixedIntervalLoopingCall<> call(pool.get_executor(),
                                    []() -> asio::awaitable<void> { co_return; });
    call.start({.interval = 1h});
    asio::post(pool, [&] { refused.set_value(code_of_wait(call)); });
    BOOST_TEST(refused.get_future().get() == boost::system::errc::resource_deadlock_would_occur);
    call.stop();
    pool.join();
}

/// Whatever the executor is made of, the thread is the same.
void expect_refusal_inside(const asio::any_io_executor& executor) {
    auto refused = std::make_shared<std::promise<boost::system::error_code>>();
    auto call = std::make_shared<std::optional<FixedIntervalLoopingCall<>>>();
    call->emplace(executor, [=] { refused->set_value(code_of_wait(**call)); });
    (*call)->start({.interval = 1h, .max_calls = 1});
    auto code = refused->get_future();
    BOOST_TEST_REQUIRE((code.wait_for(10s) == std::future_status::ready));
    BOOST_TEST(code.get() == boost::system::errc::resource_deadlock_would_occur);
    (*call)->wait();
    call->reset();  // or the body would keep itself
}

template <class Executor>
void expect_refusal_with_every_kind_of(const Executor& plain) {
    const auto tracked = asio::require(plain, asio::execution::outstanding_work.tracked);
    const auto never_blocking = asio::require(plain, asio::execution::blocking.never);
    const auto continued = asio::prefer(plain, asio::execution::relationship.continuation);
    const auto with_allocator =
        asio::require(plain, asio::execution::allocator(std::allocator<int>()));
    expect_refusal_inside(plain);
    expect_refusal_inside(tracked);
    expect_refusal_inside(never_blocking);
    expect_refusal_inside(continued);
    expect_refusal_inside(with_allocator);
    expect_refusal_inside(
        asio::require(tracked, asio::execution::allocator(std::allocator<int>())));
    expect_refusal_inside(asio::make_strand(tracked));
    expect_refusal_inside(asio::make_strand(with_allocator));
    expect_refusal_inside(asio::make_strand(asio::any_io_executor(asio::make_strand(tracked))));
}

BOOST_AUTO_TEST_CASE(inside_the_body_is_an_error_on_every_kind_of_executor_of_a_context) {
    asio::io_context context;
    const auto work = asio::make_work_guard(context);
    std::jthread thread([&] { context.run(); });
    expect_refusal_with_every_kind_of(context.get_executor());
    context.stop();
}

BOOST_AUTO_TEST_CASE(inside_the_body_is_an_error_on_every_kind_of_executor_of_a_pool) {
    asio::thread_pool pool(2);
    expect_refusal_with_every_kind_of(pool.get_executor());
}

BOOST_AUTO_TEST_CASE(of_a_run_that_has_ended_works_even_when_no_thread_runs_the_context) {
    asio::io_context context;
    FixedIntervalLoopingCall<> call(context.get_executor(), [] {});
    call.start({.interval = 1ms, .max_calls = 1});
    context.run();
    BOOST_TEST(call.wait().reason == StopReason::exhausted);
}

BOOST_AUTO_TEST_CASE(ends_with_an_error_when_the_context_is_destroyed) {
    auto context = std::make_unique<asio::io_context>();
    FixedIntervalLoopingCall<> call(context->get_executor(), [] {});
    call.start({.interval = 1h});
    boost::system::error_code code;
    std::atomic<bool> waits = false;
    std::thread waiter([&] {
        waits = true;
        code = code_of_wait(call);
    });
    while (!waits) std::this_thread::yield();
    context.reset();
    waiter.join();
    BOOST_TEST(code == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_SUITE_END()
