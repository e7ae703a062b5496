// A running loop is outstanding work of its context, whatever is done to it from wherever.
#include <atomic>
#include <functional>
#include <loopingcall/dynamic_looping_call.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/retry.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

using Call = FixedIntervalLoopingCall<>;

/// A context that nothing but a loop keeps busy, and the one thread that runs it.
struct Alone {
    asio::io_context context;
    std::atomic<int> runs = 0;
    std::atomic<bool> returned = false;

    Call plain() {
        return Call(context.get_executor(), [this] { ++runs; });
    }
    Call awaitable() {
        return Call(context.get_executor(), [this]() -> asio::awaitable<void> {
            ++runs;
            co_return;
        });
    }
    std::thread run() {
        return std::thread([this] {
            context.run();
            returned = true;
        });
    }
};

struct Observed : Observer {
    std::atomic<int> finished = 0;
    void on_finish(StopReason) override { ++finished; }
};

using Control = std::function<void(Call&, int)>;

constexpr int times = 5'000;

const struct {
    const char* name;
    Control control;
} controls[] = {
    {"trigger", [](Call& call, int) { call.trigger(); }},
    {"trigger(rebase)", [](Call& call, int) { call.trigger(rebase); }},
    {"reset", [](Call& call, int) { call.reset(); }},
    {"set_interval", [](Call& call, int i) { call.set_interval(i % 2 == 0 ? 2h : 1h); }},
    {"set_interval to never",
     [](Call& call, int i) { call.set_interval(i % 2 == 0 ? Duration::max() : 1h); }},
};

template <class Make>
void expect_alive_after_each_control(Make make, const Options& options) {
    for (const auto& [name, control] : controls) {
        BOOST_TEST_CONTEXT(name) {
            Alone alone;
            Call call = make(alone);
            call.start(options);
            std::thread thread = alone.run();
            for (int i = 0; i < times && !alone.returned; ++i) {
                control(call, i);
                std::this_thread::yield();
            }
            BOOST_TEST(!alone.returned);
            BOOST_TEST(call.running());
            call.stop();
            thread.join();  // would hang if something kept the context busy
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outstanding_work)

BOOST_AUTO_TEST_CASE(a_plain_loop_outlives_every_control_from_another_thread) {
    expect_alive_after_each_control([](Alone& alone) { return alone.plain(); }, {.interval = 1h});
}

BOOST_AUTO_TEST_CASE(an_awaitable_loop_outlives_every_control_from_another_thread) {
    expect_alive_after_each_control([](Alone& alone) { return alone.awaitable(); },
                                    {.interval = 1h});
}

BOOST_AUTO_TEST_CASE(a_loop_that_has_made_no_call_outlives_every_control) {
    expect_alive_after_each_control([](Alone& alone) { return alone.awaitable(); },
                                    {.interval = 1h, .initial_delay = 1h});
}

BOOST_AUTO_TEST_CASE(an_observed_loop_outlives_every_control) {
    expect_alive_after_each_control([](Alone& alone) { return alone.plain(); },
                                    {.interval = 1h, .observer = std::make_shared<Observed>()});
}

BOOST_AUTO_TEST_CASE(stop_with_an_observer_reports_the_end_before_run_returns) {
    for (int i = 0; i < 500; ++i) {
        Alone alone;
        const auto observer = std::make_shared<Observed>();
        Call call = alone.plain();
        call.start({.interval = 1h, .observer = observer});
        std::thread thread = alone.run();
        call.stop();
        thread.join();
        BOOST_TEST(observer->finished == 1);
        BOOST_TEST(!call.running());
    }
}

BOOST_AUTO_TEST_CASE(a_loop_whose_next_call_is_never_due_keeps_its_context_busy) {
    Alone alone;
    Call calls[] = {alone.plain(), alone.awaitable()};
    for (Call& call : calls) {
        alone.context.restart();
        call.start({.interval = Duration::max()});
        alone.context.poll();
        BOOST_TEST(!alone.context.stopped());
        call.stop();
        alone.context.poll();
        BOOST_TEST(alone.context.stopped());
    }
    BOOST_TEST(alone.runs == 2);
}

BOOST_AUTO_TEST_CASE(run_returns_once_the_last_of_several_loops_has_ended) {
    Alone alone;
    Call first = alone.plain();
    Call second = alone.awaitable();
    Call third(asio::make_strand(alone.context), [] {});
    for (Call* call : {&first, &second, &third}) call->start({.interval = 1h});
    alone.context.poll();
    for (Call* call : {&first, &second, &third}) {
        BOOST_TEST(!alone.context.stopped());
        call->stop();
        alone.context.poll();
    }
    BOOST_TEST(alone.context.stopped());
}

BOOST_AUTO_TEST_CASE(a_loop_that_ends_by_itself_lets_run_return) {
    Alone alone;
    Call plain = alone.plain();
    Call awaitable = alone.awaitable();
    plain.start({.interval = 1ms, .max_calls = 3});
    awaitable.start({.interval = 1ms, .timeout = 5ms});
    async_retry(
        alone.context.get_executor(), {.max_attempts = 2, .backoff = {.initial = 1ms}},
        []() -> Step<int> { return failed(asio::error::timed_out); }, asio::detached);
    alone.context.run();
    BOOST_TEST(!plain.running());
    BOOST_TEST(!awaitable.running());
}

BOOST_AUTO_TEST_CASE(a_running_loop_goes_on_after_the_context_was_stopped_and_restarted) {
    Alone alone;
    Call calls[] = {alone.plain(), alone.awaitable()};
    for (Call& call : calls) {
        alone.context.restart();
        call.start({.interval = 1h});
        alone.context.poll();
        alone.context.stop();
        call.trigger();
        const int before = alone.runs;
        alone.context.restart();
        alone.context.poll();
        BOOST_TEST(alone.runs == before + 1);
        BOOST_TEST(!alone.context.stopped());
        call.stop();
    }
}

BOOST_AUTO_TEST_CASE(a_loop_can_be_started_again_after_run_has_returned) {
    Alone alone;
    Call call = alone.plain();
    for (int i = 1; i <= 3; ++i) {
        call.start({.interval = 1ms, .max_calls = 1});
        alone.context.run();
        BOOST_TEST(alone.runs == i);
        alone.context.restart();
    }
}

BOOST_AUTO_TEST_CASE(an_executor_with_tracked_work_does_not_keep_the_context_busy_for_ever) {
    asio::io_context context;
    {
        Call call(asio::require(context.get_executor(), asio::execution::outstanding_work.tracked),
                  [] {});
        call.start({.interval = 1ms, .max_calls = 2});
        context.run_for(1s);
        BOOST_TEST(!call.running());
    }
    context.poll();
    BOOST_TEST(context.stopped());
}

BOOST_AUTO_TEST_CASE(a_hundred_thousand_controls_from_four_threads_leave_the_loop_alive) {
    constexpr int threads = 4;
    constexpr int of_each = 25'000;
    Alone alone;
    Call call = alone.plain();
    call.start({.interval = 1h});
    std::thread runner = alone.run();
    std::atomic<int> dead = 0;
    {
        std::vector<std::jthread> hammers;
        for (int thread = 0; thread < threads; ++thread) {
            hammers.emplace_back([&, thread] {
                for (int i = 0; i < of_each; ++i) {
                    controls[static_cast<std::size_t>(i + thread) % std::size(controls)].control(
                        call, i);
                    if (alone.returned || !call.running()) ++dead;
                }
            });
        }
    }
    BOOST_TEST(dead == 0);
    const int before = alone.runs;
    BOOST_TEST(call.trigger());
    while (alone.runs == before && !alone.returned) std::this_thread::yield();
    BOOST_TEST(!alone.returned);
    call.stop();
    runner.join();
}

BOOST_AUTO_TEST_SUITE_END()
