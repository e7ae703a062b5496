// The execution context is destroyed before the loops that were made for it.
#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

template <class Action>
boost::system::error_code code_of(Action action) {
    try {
        action();
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

enum class State { never_started, running, ended };

/// Loops with every kind of body and executor, and a context that is gone.
struct Gone {
    std::optional<asio::io_context> context{std::in_place};
    std::vector<std::unique_ptr<FixedIntervalLoopingCall<>>> calls;

    explicit Gone(State state) {
        make_calls();
        for (const auto& call : calls) {
            if (state == State::running) call->start({.interval = 1h});
            if (state == State::ended) call->start({.interval = 1h, .max_calls = 1});
        }
        context->poll();
        context.reset();
    }

    /// Keeps no executor: with tracked work, or of a strand, it must go before the context.
    void make_calls() {
        const auto io = context->get_executor();
        const asio::any_io_executor executors[] = {
            io,
            asio::make_strand(io),
            asio::make_strand(asio::any_io_executor(io)),
            asio::require(io, asio::execution::outstanding_work.tracked),
            asio::make_strand(asio::require(io, asio::execution::outstanding_work.tracked)),
            asio::prefer(io, asio::execution::allocator(std::allocator<int>())),
        };
        for (const auto& executor : executors) {
            add(executor, [] {});
            add(executor, []() -> asio::awaitable<void> { co_return; });
        }
    }

    template <class Body>
    void add(const asio::any_io_executor& executor, Body body) {
        calls.push_back(std::make_unique<FixedIntervalLoopingCall<>>(executor, std::move(body)));
    }
};

constexpr State states[] = {State::never_started, State::running, State::ended};

}  // namespace

BOOST_AUTO_TEST_SUITE(context_gone)

BOOST_AUTO_TEST_CASE(start_is_refused_as_aborted) {
    for (const State state : states) {
        for (const auto& call : Gone(state).calls) {
            const auto code = code_of([&] { call->start({.interval = 1ms}); });
            BOOST_TEST(code == asio::error::operation_aborted);
            BOOST_TEST(!call->running());
        }
    }
}

BOOST_AUTO_TEST_CASE(wait_is_refused_as_aborted) {
    for (const State state : states) {
        for (const auto& call : Gone(state).calls) {
            const auto code = code_of([&] { call->wait(); });
            BOOST_TEST(code == asio::error::operation_aborted);
        }
    }
}

BOOST_AUTO_TEST_CASE(controls_do_nothing) {
    for (const State state : states) {
        for (const auto& call : Gone(state).calls) {
            BOOST_TEST(!call->trigger());
            BOOST_TEST(!call->trigger(rebase));
            BOOST_TEST(!call->reset());
            BOOST_TEST(!call->set_interval(1s));
            call->stop();
            call->stop(cancel);
            static_cast<void>(call->stats());
            BOOST_TEST(!call->get_executor());
        }
    }
}

BOOST_AUTO_TEST_CASE(async_wait_calls_a_handler_that_has_an_executor_of_its_own) {
    for (const State state : states) {
        const Gone gone(state);
        asio::io_context other;
        int told = 0;
        for (const auto& call : gone.calls) {
            auto code = std::make_shared<boost::system::error_code>();
            asio::co_spawn(
                other,
                [&call = *call, &told]() -> asio::awaitable<void> {
                    try {
                        co_await call.async_wait();
                    } catch (const boost::system::system_error& error) {
                        if (error.code() == asio::error::operation_aborted) ++told;
                    }
                },
                asio::detached);
        }
        other.run();
        BOOST_TEST(told == static_cast<int>(gone.calls.size()));
    }
}

BOOST_AUTO_TEST_CASE(async_wait_drops_a_handler_that_could_run_nowhere) {
    for (const State state : states) {
        for (const auto& call : Gone(state).calls) {
            auto witness = std::make_shared<int>(0);
            const std::weak_ptr<int> alive = witness;
            call->async_wait([held = std::move(witness)](std::exception_ptr, const auto&) {
                BOOST_ERROR("a handler ran although its context is gone");
            });
            BOOST_TEST(alive.expired());
        }
    }
}

BOOST_AUTO_TEST_CASE(a_future_does_not_wait_for_ever) {
    for (const auto& call : Gone(State::running).calls) {
        auto future = call->async_wait(asio::use_future);
        BOOST_TEST_REQUIRE((future.wait_for(10s) == std::future_status::ready));
        BOOST_CHECK_THROW(future.get(), std::exception);
    }
}

BOOST_AUTO_TEST_CASE(every_kind_of_call_is_refused) {
    std::optional<asio::io_context> context(std::in_place);
    DynamicLoopingCall<> dynamic(context->get_executor(), [] { return 1h; });
    BackOffLoopingCall<> back_off(context->get_executor(), [] { return true; });
    context.reset();
    BOOST_TEST(code_of([&] { dynamic.start({}); }) == asio::error::operation_aborted);
    BOOST_TEST(code_of([&] { back_off.start({}); }) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_loop_on_a_thread_pool_is_refused) {
    std::optional<asio::thread_pool> pool(std::in_place, 2);
    FixedIntervalLoopingCall<> call(pool->get_executor(), [] {});
    call.start({.interval = 1ms});
    while (call.stats().runs < 3) std::this_thread::yield();
    pool.reset();
    BOOST_TEST(!call.trigger());
    BOOST_TEST(code_of([&] { call.wait(); }) == asio::error::operation_aborted);
    BOOST_TEST(code_of([&] { call.start({}); }) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_loop_in_virtual_time_is_refused) {
    std::optional<asio::io_context> context(std::in_place);
    std::optional<VirtualClock> clock(std::in_place, *context);
    FixedIntervalLoopingCall<void, VirtualClock> call(context->get_executor(), *clock, [] {});
    call.start({.interval = 1ms});
    clock->advance(1s);
    clock.reset();
    context.reset();
    BOOST_TEST(!call.trigger());
    BOOST_TEST(code_of([&] { call.wait(); }) == asio::error::operation_aborted);
    BOOST_TEST(code_of([&] { call.start({}); }) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(a_context_that_takes_the_place_of_another_knows_nothing_of_its_loops) {
    std::optional<asio::io_context> context(std::in_place);
    FixedIntervalLoopingCall<> old(context->get_executor(), [] {});
    old.start({.interval = 1h});
    context.emplace();
    FixedIntervalLoopingCall<> next(context->get_executor(), [] {});
    next.start({.interval = 1ms, .max_calls = 2});
    BOOST_TEST(!old.trigger());
    BOOST_TEST(code_of([&] { old.start({}); }) == asio::error::operation_aborted);
    context->run();
    BOOST_TEST(next.wait().stats.runs == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
