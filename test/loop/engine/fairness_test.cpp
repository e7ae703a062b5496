// Loops that are due together share a handler; other work of the context gets its turn.
#include <atomic>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <memory>
#include <thread>
#include <vector>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

constexpr int most_calls_between = 64;
constexpr int due_together = 10'000;

using Calls = std::vector<std::unique_ptr<FixedIntervalLoopingCall<>>>;

template <class Body>
Calls start_together(const asio::any_io_executor& executor, Body body, int count = due_together) {
    Calls calls;
    for (int i = 0; i < count; ++i) {
        calls.push_back(std::make_unique<FixedIntervalLoopingCall<>>(executor, body));
        calls.back()->start({.interval = 1h});
    }
    return calls;
}

/// Posts again and again, and counts the calls between.
struct Other {
    asio::io_context& context;
    int calls = 0;
    int calls_before = 0;
    int most = 0;
    int turns = 0;

    void called() {
        if (calls++ == 0) post();
    }
    void post() {
        calls_before = calls;
        asio::post(context, [this] {
            ++turns;
            most = std::max(most, calls - calls_before);
            if (calls < due_together) post();
        });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(fairness)

BOOST_AUTO_TEST_CASE(a_handler_posted_while_10000_plain_loops_are_due_waits_for_64_calls_at_most) {
    asio::io_context context;
    Other other{context};
    const Calls calls = start_together(context.get_executor(), [&] { other.called(); });
    context.poll();
    BOOST_TEST(other.calls == due_together);
    BOOST_TEST(other.most <= most_calls_between);
    BOOST_TEST(other.turns >= due_together / most_calls_between);
}

BOOST_AUTO_TEST_CASE(a_handler_posted_while_awaitable_loops_are_due_waits_for_64_calls_at_most) {
    asio::io_context context;
    Other other{context};
    const Calls calls = start_together(context.get_executor(), [&]() -> asio::awaitable<void> {
        other.called();
        co_return;
    });
    context.poll();
    BOOST_TEST(other.calls == due_together);
    BOOST_TEST(other.most <= most_calls_between);
}

// Each takes 1 ms, which is more than the limit of one handler: 100 us.
BOOST_AUTO_TEST_CASE(after_a_call_that_takes_long_other_work_gets_its_turn) {
    asio::io_context context;
    int calls = 0, most = 0;
    const Calls together = start_together(
        context.get_executor(),
        [&] {
            ++calls;
            const auto end = std::chrono::steady_clock::now() + 1ms;
            while (std::chrono::steady_clock::now() < end) {
            }
            asio::post(context, [&, before = calls] { most = std::max(most, calls - before); });
        },
        20);
    context.poll();
    BOOST_TEST(calls == 20);
    BOOST_TEST(most <= 1);
}

BOOST_AUTO_TEST_CASE(loops_that_never_keep_up_take_turns_with_each_other_and_with_other_work) {
    asio::io_context context;
    std::vector<int> made(100);
    Calls calls;
    for (int& count : made) {
        calls.push_back(std::make_unique<FixedIntervalLoopingCall<>>(context.get_executor(),
                                                                     [&count] { ++count; }));
        calls.back()->start({.interval = 1ns, .missed_ticks = MissedTicks::burst});
    }
    bool enough = false;
    std::function<void(int)> turn = [&](int left) {
        if (left == 0) {
            enough = true;
            context.stop();
        } else {
            asio::post(context, [&turn, left] { turn(left - 1); });
        }
    };
    turn(1'000);
    context.run();
    BOOST_TEST(enough);
    const auto [least, most] = std::minmax_element(made.begin(), made.end());
    BOOST_TEST(*most - *least <= 1);
    BOOST_TEST(*least > 0);
}

BOOST_AUTO_TEST_CASE(a_body_that_stops_the_context_is_the_last_to_be_called) {
    asio::io_context context;
    int made = 0;
    const auto body = [&] {
        if (++made % 5 == 0) context.stop();
    };
    const Calls calls = start_together(context.get_executor(), body, 20);
    for (int turn = 1; turn <= 4; ++turn) {
        context.restart();
        context.poll();
        BOOST_TEST(made == 5 * turn);
    }
}

// The first body waits until all the others have been called: by another thread, then.
BOOST_AUTO_TEST_CASE(a_second_thread_makes_the_calls_that_a_long_body_holds_up) {
    asio::thread_pool pool(2);
    std::atomic<int> made = 0;
    constexpr int count = 200;
    {
        const Calls calls = start_together(
            pool.get_executor(),
            [&] {
                if (made++ != 0) return;
                const auto limit = std::chrono::steady_clock::now() + 30s;
                while (made < count && std::chrono::steady_clock::now() < limit) {
                    std::this_thread::yield();
                }
            },
            count);
        const auto limit = std::chrono::steady_clock::now() + 30s;
        while (made < count && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
    }
    BOOST_TEST(made == count);
    pool.join();
}

BOOST_AUTO_TEST_CASE(a_loop_stopped_by_another_that_is_due_with_it_is_not_called) {
    asio::io_context context;
    int calls = 0;
    std::vector<std::unique_ptr<FixedIntervalLoopingCall<>>> both;
    for (int i = 0; i < 2; ++i) {
        both.push_back(std::make_unique<FixedIntervalLoopingCall<>>(context.get_executor(), [&, i] {
            ++calls;
            both.at(static_cast<std::size_t>(1 - i))->stop();
        }));
    }
    for (const auto& call : both) call->start({.interval = 1h});
    context.poll();
    BOOST_TEST(calls == 1);
}

BOOST_AUTO_TEST_SUITE_END()
