#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/observer.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Told;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

/// Writes down what it receives.
struct Recorder : Observer {
    explicit Recorder(Log& log_) : log(log_) {}

    void on_run(const RunInfo& run) override {
        log.push_back("run " + std::to_string(run.tick.index) + " took " +
                      std::to_string(run.duration / 1ms) + (run.error ? " failed" : ""));
    }
    void on_delay(TimePoint next_due, DelayReason reason) override {
        log.push_back("next at " + std::to_string(test::in_ms(next_due)) + " " + to_string(reason));
    }
    void on_finish(StopReason reason) override {
        log.push_back(std::string("finished ") + to_string(reason));
    }

    Log& log;
};

struct Observed : test::VirtualTime {
    Log log;
    std::shared_ptr<Recorder> recorder = std::make_shared<Recorder>(log);
};

}  // namespace

#define TEST_LOG(...) BOOST_TEST(log == (Log{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(observer, Observed)

BOOST_AUTO_TEST_CASE(receives_each_call_each_delay_and_the_end) {
    auto call = make([&](const Tick& tick) -> Step<void> {
        clock.spend(5ms);
        if (tick.index == 0) return again;
        if (tick.index == 1) return after(30ms);
        if (tick.index == 2) return failed(asio::error::timed_out);
        return done();
    });
    call.start({.interval = 100ms,
                .on_error = {OnError::backoff, {.initial = 7ms}},
                .observer = recorder});
    clock.advance(1s);
    TEST_LOG("run 0 took 5", "next at 100 interval", "run 1 took 5", "next at 135 after",
             "run 2 took 5 failed", "next at 147 backoff", "run 3 took 5", "finished done");
}

BOOST_AUTO_TEST_CASE(receives_overdue_calls_and_triggers) {
    std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
    call.emplace(make([&](const Tick& tick) {
        if (tick.index == 0) clock.spend(150ms);
        if (tick.index == 1) call->trigger();
    }));
    call->start({.interval = 100ms,
                 .missed_ticks = MissedTicks::burst,
                 .max_calls = 3,
                 .observer = recorder});
    clock.advance(1s);
    TEST_LOG("run 0 took 150", "next at 100 overdue", "run 1 took 0", "next at 150 trigger",
             "run 2 took 0", "finished exhausted");
}

BOOST_AUTO_TEST_CASE(learns_when_a_call_that_is_made_at_once_will_begin) {
    for (const MissedTicks policy : {MissedTicks::coalesce, MissedTicks::delay}) {
        BOOST_TEST_CONTEXT(policy) {
            test::VirtualTime time;
            log.clear();
            auto call = time.make([&](const Tick& tick) {
                if (tick.index == 0) time.clock.spend(250ms);
            });
            call.start(
                {.interval = 100ms, .missed_ticks = policy, .max_calls = 2, .observer = recorder});
            time.clock.advance(1s);
            TEST_LOG("run 0 took 250", "next at 250 overdue", "run 1 took 0", "finished exhausted");
        }
    }
}

BOOST_AUTO_TEST_CASE(learns_of_the_moment_that_tolerance_moves_a_call_to) {
    auto call = recording();
    call.start({.interval = 110ms, .tolerance = 50ms, .max_calls = 2, .observer = recorder});
    clock.advance(1s);
    TEST_LOG("run 0 took 0", "next at 150 interval", "run 1 took 0", "finished exhausted");
}

BOOST_AUTO_TEST_CASE(receives_a_stop_on_the_executor_and_before_any_waiter) {
    auto call = recording();
    call.start({.interval = 100ms, .observer = recorder});
    clock.advance(10ms);
    log.clear();
    call.async_wait([&](std::exception_ptr, const Outcome<void>&) { log.emplace_back("told"); });
    call.stop();
    TEST_LOG();  // not inside stop()
    clock.advance(0ns);
    TEST_LOG("finished stopped", "told");
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(stop_prevents_further_calls_although_the_observer_hears_later) {
    auto call = recording();
    call.start({.interval = 100ms, .observer = recorder});
    clock.advance(10ms);
    call.stop();
    BOOST_TEST(!call.trigger());
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
}

BOOST_AUTO_TEST_CASE(may_use_the_call_and_a_stop_in_on_delay_is_obeyed) {
    struct Stopper : Observer {
        FixedIntervalLoopingCall<void, VirtualClock>* call = nullptr;
        void on_delay(TimePoint, DelayReason) override { call->stop(); }
    };
    auto stopper = std::make_shared<Stopper>();
    auto call = recording();
    stopper->call = &call;
    Told<void> told;
    call.start({.interval = 100ms, .observer = stopper});
    watch(call, told);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(a_stop_with_cancel_after_an_awaitable_body_has_returned_cancels_nothing_more) {
    struct Stopper : Observer {
        FixedIntervalLoopingCall<void, VirtualClock>* call = nullptr;
        void on_delay(TimePoint, DelayReason) override { call->stop(cancel); }
    };
    auto stopper = std::make_shared<Stopper>();
    auto call = make([&]() -> asio::awaitable<void> {
        co_await clock.async_sleep(10ms);
        ran();
    });
    stopper->call = &call;
    for (int i = 0; i < 2; ++i) {  // the next run is not cancelled
        Told<void> told;
        call.start({.interval = 100ms, .observer = stopper});
        watch(call, told);
        clock.advance(1s);
        BOOST_TEST(told.outcome.reason == StopReason::stopped);
    }
    BOOST_TEST(runs.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_reset_in_on_delay_is_obeyed) {
    struct Resetter : Observer {
        FixedIntervalLoopingCall<void, VirtualClock>* call = nullptr;
        void on_delay(TimePoint, DelayReason) override { call->set_interval(30ms); }
    };
    auto resetter = std::make_shared<Resetter>();
    auto call = recording();
    resetter->call = &call;
    call.start({.interval = 100ms, .observer = resetter});
    clock.advance(70ms);
    BOOST_TEST(runs == (test::Times{0, 30, 60}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_it_throws_ends_the_loop_as_failed) {
    enum class In { run, delay, finish };
    struct Thrower : Observer {
        In where;
        explicit Thrower(In where_) : where(where_) {}
        void on_run(const RunInfo&) override { fail(In::run); }
        void on_delay(TimePoint, DelayReason) override { fail(In::delay); }
        void on_finish(StopReason) override { fail(In::finish); }
        void fail(In here) const {
            if (here == where) throw std::runtime_error("observer");
        }
    };
    for (const In where : {In::run, In::delay, In::finish}) {
        BOOST_TEST_CONTEXT(static_cast<int>(where)) {
            test::VirtualTime time;
            auto call = time.recording();
            Told<void> told;
            call.start({.interval = 100ms,
                        .max_calls = 2,
                        .on_error = {OnError::keep_schedule},
                        .observer = std::make_shared<Thrower>(where)});
            time.watch(call, told);
            time.clock.advance(1s);
            BOOST_TEST(told.outcome.reason == StopReason::failed);
            BOOST_TEST(test::message_of(told.error) == "observer");
        }
    }
}

BOOST_AUTO_TEST_CASE(may_destroy_the_call) {
    struct Destroyer : Observer {
        std::optional<FixedIntervalLoopingCall<void, VirtualClock>> call;
        void on_run(const RunInfo&) override { call.reset(); }
    };
    auto destroyer = std::make_shared<Destroyer>();
    destroyer->call.emplace(make([&] { ran(); }));
    Told<void> told;
    watch(destroyer->call->start({.interval = 100ms, .observer = destroyer}), told);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 1U);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
}

BOOST_AUTO_TEST_CASE(runs_where_an_awaitable_body_does) {
    struct Where : Observer {
        bool on_strand = true;
        asio::strand<asio::io_context::executor_type>* strand = nullptr;
        void on_run(const RunInfo&) override { note(); }
        void on_delay(TimePoint, DelayReason) override { note(); }
        void note() { on_strand = on_strand && strand->running_in_this_thread(); }
    };
    auto strand = asio::make_strand(context);
    auto where = std::make_shared<Where>();
    where->strand = &strand;
    FixedIntervalLoopingCall<void, VirtualClock> call(strand, clock,
                                                      []() -> asio::awaitable<void> { co_return; });
    call.start({.interval = 100ms, .observer = where});
    clock.advance(1s);
    BOOST_TEST(where->on_strand);
    BOOST_TEST(call.stats().runs == 11U);
}

BOOST_AUTO_TEST_CASE(each_reason_has_its_name) {
    std::ostringstream text;
    text << DelayReason::interval << DelayReason::overdue << DelayReason::after
         << DelayReason::backoff << DelayReason::trigger;
    BOOST_TEST(text.str() == "intervaloverdueafterbackofftrigger");
}

BOOST_AUTO_TEST_SUITE_END()
