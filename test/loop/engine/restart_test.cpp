// stop(), directly followed by start().
#include <atomic>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <thread>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using test::Times;
using test::Told;
using namespace std::chrono_literals;

using Log = std::vector<std::string>;

namespace {

struct Restart : test::VirtualTime {
    struct Recorder : Observer {
        Recorder(Log& log_, std::string name_) : log(log_), name(std::move(name_)) {}
        void on_run(const RunInfo&) override { log.push_back(name + " ran"); }
        void on_finish(StopReason reason) override {
            log.push_back(name + " finished " + to_string(reason));
            if (then) then();
        }
        Log& log;
        std::string name;
        std::function<void()> then;
    };

    Log log;

    auto recorder(const std::string& name) { return std::make_shared<Recorder>(log, name); }
    auto waiter(const std::string& name) {
        return [this, name](std::exception_ptr, const Outcome<void>& outcome) {
            log.push_back(name + " notified " + to_string(outcome.reason));
        };
    }
    auto slow() {
        return make([this]() -> asio::awaitable<void> {
            ran();
            co_await clock.async_sleep(30ms);
        });
    }
};

template <class Call>
boost::system::error_code code_of_start(Call& call, const Options& options) {
    try {
        call.start(options);
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
    return {};
}

}  // namespace

#define TEST_LOG(...) BOOST_TEST(log == (Log{__VA_ARGS__}), boost::test_tools::per_element())
#define TEST_RUNS(...) BOOST_TEST(runs == (Times{__VA_ARGS__}), boost::test_tools::per_element())

BOOST_FIXTURE_TEST_SUITE(restart, Restart)

BOOST_AUTO_TEST_CASE(a_start_directly_after_stop_begins_a_new_run_also_with_an_observer) {
    for (const bool observed : {false, true}) {
        BOOST_TEST_CONTEXT((observed ? "observed" : "not observed")) {
            test::VirtualTime time;
            Log unused;
            const auto observer =
                observed ? std::make_shared<Recorder>(unused, "it") : std::shared_ptr<Recorder>();
            auto call = time.recording();
            Told<void> first, second;
            call.start({.interval = 100ms, .observer = observer});
            time.watch(call, first);
            time.clock.advance(50ms);
            call.stop();
            call.start({.interval = 70ms, .max_calls = 2, .observer = observer});
            time.watch(call, second);
            BOOST_TEST(call.running());
            BOOST_TEST(call.stats().runs == 0U);
            time.clock.advance(1s);
            BOOST_TEST(first.outcome.reason == StopReason::stopped);
            BOOST_TEST(first.outcome.stats.runs == 1U);
            BOOST_TEST(first.at == 50);
            BOOST_TEST(second.outcome.reason == StopReason::exhausted);
            BOOST_TEST(time.runs == (Times{0, 50, 120}), boost::test_tools::per_element());
        }
    }
}

BOOST_AUTO_TEST_CASE(the_old_run_is_finished_before_anything_of_the_new_one) {
    auto call = recording();
    call.start({.interval = 100ms, .observer = recorder("first")});
    clock.advance(10ms);
    log.clear();
    call.async_wait(waiter("first"));
    call.stop();
    call.async_wait(waiter("late first"));
    call.start({.interval = 100ms, .max_calls = 1, .observer = recorder("second")});
    call.async_wait(waiter("second"));
    TEST_LOG();
    clock.advance(0ns);
    TEST_LOG("first finished stopped", "first notified stopped", "late first notified stopped",
             "second ran", "second finished exhausted", "second notified exhausted");
}

BOOST_AUTO_TEST_CASE(a_new_run_without_an_observer_waits_for_the_old_ones) {
    auto call = recording();
    call.start({.interval = 100ms, .observer = recorder("first")});
    call.async_wait(waiter("first"));
    call.stop();
    call.start({.interval = 100ms});
    call.async_wait(waiter("second"));
    call.stop();
    TEST_LOG();
    clock.advance(1s);
    TEST_LOG("first finished stopped", "first notified stopped", "second notified stopped");
    TEST_RUNS();
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(several_restarts_at_once_end_each_run_in_its_turn) {
    auto call = recording();
    for (const std::string name : {"a", "b", "c"}) {
        call.start({.interval = 100ms, .observer = recorder(name)});
        call.async_wait(waiter(name));
        call.stop();
    }
    call.start({.interval = 100ms, .initial_delay = 20ms});
    clock.advance(150ms);
    BOOST_TEST(log.size() == 6U);
    std::erase_if(log, [](const std::string& line) { return line.ends_with("notified stopped"); });
    TEST_LOG("a finished stopped", "b finished stopped", "c finished stopped");
    TEST_RUNS(20, 120);
}

BOOST_AUTO_TEST_CASE(the_new_run_obeys_controls_while_the_old_one_is_not_finished) {
    auto call = recording();
    call.start({.interval = 100ms, .observer = recorder("first")});
    call.stop();
    call.start({.interval = 100ms, .initial_delay = 1s});
    BOOST_TEST(call.reset());
    BOOST_TEST(call.set_interval(30ms));
    BOOST_TEST(call.trigger());
    clock.advance(70ms);
    TEST_RUNS(0, 30, 60);
    TEST_LOG("first finished stopped");
}

BOOST_AUTO_TEST_CASE(while_a_call_is_being_made_start_is_refused_also_after_stop) {
    auto call = slow();
    call.start({.interval = 100ms, .observer = recorder("it")});
    clock.advance(10ms);
    call.stop();
    BOOST_TEST((code_of_start(call, {.interval = 1ms}) == errc::already_running));
    clock.advance(20ms);
    TEST_LOG("it ran", "it finished stopped");
    BOOST_TEST(!code_of_start(call, {.interval = 100ms, .max_calls = 1}));
    clock.advance(1s);
    TEST_RUNS(0, 30);
}

BOOST_AUTO_TEST_CASE(in_on_finish_of_a_stopped_run_start_begins_the_next_one) {
    auto call = recording();
    auto observer = recorder("first");
    boost::system::error_code refused = asio::error::fault;
    observer->then = [&] {
        refused = code_of_start(call, {.interval = 100ms, .max_calls = 2});
        call.async_wait(waiter("second"));
    };
    call.start({.interval = 100ms, .observer = observer});
    call.async_wait(waiter("first"));
    clock.advance(10ms);
    call.stop();
    clock.advance(1s);
    BOOST_TEST(!refused);
    TEST_RUNS(0, 10, 110);
    TEST_LOG("first ran", "first finished stopped", "first notified stopped",
             "second notified exhausted");
}

BOOST_AUTO_TEST_CASE(in_on_finish_of_a_run_that_was_not_stopped_start_is_refused) {
    auto call = recording();
    auto observer = recorder("it");
    boost::system::error_code refused;
    observer->then = [&] { refused = code_of_start(call, {.interval = 100ms}); };
    call.start({.interval = 100ms, .max_calls = 1, .observer = observer});
    clock.advance(1s);
    BOOST_TEST((refused == errc::already_running));
    TEST_RUNS(0);
}

BOOST_AUTO_TEST_CASE(an_exception_of_on_finish_is_the_old_runs_alone) {
    auto call = recording();
    auto observer = recorder("first");
    observer->then = [] { throw std::runtime_error("observer"); };
    Told<void> first, second;
    call.start({.interval = 100ms, .observer = observer});
    watch(call, first);
    call.stop();
    call.start({.interval = 100ms, .max_calls = 1});
    watch(call, second);
    clock.advance(1s);
    BOOST_TEST(first.outcome.reason == StopReason::failed);
    BOOST_TEST(test::message_of(first.error) == "observer");
    BOOST_TEST(second.outcome.reason == StopReason::exhausted);
    BOOST_TEST(!second.error);
}

BOOST_AUTO_TEST_CASE(a_waiter_of_the_old_run_can_be_cancelled_after_the_new_one_has_begun) {
    auto call = recording();
    asio::cancellation_signal signal;
    Told<void> told;
    call.start({.interval = 100ms, .observer = recorder("first")});
    call.async_wait(asio::bind_cancellation_slot(
        signal.slot(), [&](std::exception_ptr error, const Outcome<void>&) {
            told.error = std::move(error);
            ++told.times;
        }));
    call.stop();
    call.start({.interval = 100ms});
    signal.emit(asio::cancellation_type::total);
    clock.advance(0ns);
    BOOST_TEST(told.times == 1);
    BOOST_TEST(test::code_of(told.error) == asio::error::operation_aborted);
}

BOOST_AUTO_TEST_CASE(options_that_are_refused_leave_the_stopped_run_alone) {
    auto call = recording();
    Told<void> told;
    call.start({.interval = 100ms, .observer = recorder("first")});
    watch(call, told);
    call.stop();
    BOOST_CHECK_THROW(call.start({.interval = 0ns}), std::invalid_argument);
    clock.advance(0ns);
    BOOST_TEST(told.outcome.reason == StopReason::stopped);
    BOOST_TEST(!call.running());
}

BOOST_AUTO_TEST_CASE(the_context_goes_while_a_stopped_run_and_a_new_one_wait) {
    auto dying = std::make_unique<asio::io_context>();
    FixedIntervalLoopingCall<> call(dying->get_executor(), [] {});
    call.start({.interval = 1h, .observer = recorder("first")});
    call.async_wait(waiter("first"));
    call.stop();
    call.start({.interval = 1h});
    call.async_wait(waiter("second"));
    dying.reset();
    BOOST_TEST(!call.running());
    TEST_LOG();
}

// Whether the observer is at it already, about to be, or long done: start() is never refused.
BOOST_AUTO_TEST_CASE(a_restart_is_never_refused_between_two_calls_on_a_pool) {
    struct Counter : Observer {
        std::atomic<int> finished = 0;
        void on_finish(StopReason) override { ++finished; }
    };
    constexpr int restarts = 2'000;
    asio::thread_pool pool(2);
    const auto observer = std::make_shared<Counter>();
    std::atomic<int> told = 0;
    FixedIntervalLoopingCall<> call(pool.get_executor(), [] {});
    for (int i = 0; i < restarts; ++i) {
        call.start({.interval = 1h, .initial_delay = 1h, .observer = observer});
        call.async_wait([&](std::exception_ptr, const Outcome<void>&) { ++told; });
        call.stop();
    }
    pool.join();
    BOOST_TEST(observer->finished == restarts);
    BOOST_TEST(told == restarts);
}

// One thread reports a run, while another stops the next one. In several rounds: the more runs wait
// for their report, the longer each stop() takes, and the less of them meet a thread that reports.
BOOST_AUTO_TEST_CASE(each_run_is_finished_once_whatever_starts_and_stops_it) {
    struct Counter : Observer {
        std::atomic<int> finished = 0;
        void on_finish(StopReason) override { ++finished; }
    };
    for (int round = 0; round < 20; ++round) {
        asio::thread_pool pool(3);
        const auto observer = std::make_shared<Counter>();
        std::atomic<int> started = 0;
        std::atomic<int> told = 0;
        FixedIntervalLoopingCall<> call(pool.get_executor(), [] {});
        const auto control = [&] {
            for (int i = 0; i < 500; ++i) {
                call.stop();
                try {
                    call.start({.interval = 1us, .observer = observer});
                    ++started;
                    call.async_wait([&](std::exception_ptr, const Outcome<void>&) { ++told; });
                } catch (const boost::system::system_error& error) {
                    if (error.code() != errc::already_running) throw;
                }
            }
        };
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back(control);
        for (std::thread& thread : threads) thread.join();
        call.stop();
        pool.join();
        BOOST_TEST(observer->finished == started);
        BOOST_TEST(told == started);
    }
}

BOOST_AUTO_TEST_SUITE_END()
