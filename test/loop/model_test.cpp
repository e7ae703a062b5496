// The loop and a model of it are driven by the same scripts, and must agree in every step.
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <thread>

#include "model.hpp"

using namespace loopingcall;
using namespace test::model;

namespace {

/// Another thread, and the wait until it has done what it was given: the order of events stays
/// that of the script. A thread that waits sleeps: a semaphore would yield in a loop before, and
/// give the processor to all that is busy on the machine.
class SecondThread {
  public:
    ~SecondThread() { give({}); }

    void do_now(std::function<void()> task) {
        give(std::move(task));
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !given_; });
    }

  private:
    void give(std::function<void()> task) {
        {
            const std::scoped_lock lock(mutex_);
            task_ = std::move(task);
            given_ = true;
        }
        changed_.notify_one();
    }
    void work() {
        for (bool goes_on = true; goes_on;) {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return given_; });
            goes_on = task_ != nullptr;
            if (goes_on) task_();
            given_ = false;
            lock.unlock();
            changed_.notify_one();
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> task_;
    bool given_ = false;
    std::jthread thread_{[this] { work(); }};
};

SecondThread& second_thread() {
    static SecondThread thread;
    return thread;
}

/// Runs a script on the real loop, in virtual time.
class Performance {
  public:
    explicit Performance(const Script& script) : script_(script) {}

    Trace run() {
        for (const Control& control : script_.controls) {
            clock_.async_sleep(control.at, [this, control](boost::system::error_code) {
                if (call_) happen(control);
            });
        }
        Options options = script_.options;
        options.random = [this] { return script_.numbers[drawn_++ % script_.numbers.size()]; };
        script_.awaitable ? make([this](const Tick& tick) { return await(tick); })
                          : make([this](const Tick& tick) { return occupy(tick); });
        call_->start(options).async_wait([this](std::exception_ptr, const Outcome<int>& outcome) {
            trace_.reason = outcome.reason;
            trace_.ended = clock_.now().time_since_epoch();
            stats_ = outcome.stats;
        });
        clock_.advance(script_.horizon);
        if (!trace_.reason) stats_ = call_->stats();
        trace_.failures = stats_.failures;
        trace_.consecutive_failures = stats_.consecutive_failures;
        trace_.missed = stats_.missed;
        trace_.overruns = stats_.overruns;
        return trace_;
    }

  private:
    template <class Body>
    void make(Body body) {
        call_.emplace(context_.get_executor(), clock_, std::move(body));
    }

    void happen(const Control& control) {
        if (script_.second_thread) {
            second_thread().do_now([&] { obey(control); });
        } else {
            obey(control);
        }
    }

    void obey(const Control& control) {
        switch (control.action) {
            case Control::keep_busy:
                return clock_.spend(control.interval);
            case Control::stop_context:
                return context_.stop();
            case Control::stop:
                return call_->stop();
            case Control::stop_and_cancel:
                return call_->stop(cancel);
            case Control::trigger:
                call_->trigger();
                return;
            case Control::trigger_rebase:
                call_->trigger(rebase);
                return;
            case Control::reset:
                call_->reset();
                return;
            case Control::set_interval:
                call_->set_interval(control.interval);
                return;
        }
    }

    const Behaviour& begin(const Tick& tick) {
        trace_.calls.push_back(
            {tick.started.time_since_epoch(), tick.due.time_since_epoch(), tick.missed});
        return script_.body[tick.index % script_.body.size()];
    }

    static Step<int> step(const Behaviour& behaviour) {
        switch (behaviour.result) {
            case Behaviour::again:
                return again;
            case Behaviour::after:
                return after(behaviour.delay);
            case Behaviour::fail:
                return failed(asio::error::connection_refused);
            case Behaviour::done:
                break;
        }
        return done(1);
    }

    Step<int> occupy(const Tick& tick) {
        const Behaviour& behaviour = begin(tick);
        clock_.spend(behaviour.takes);
        return step(behaviour);
    }

    asio::awaitable<Step<int>> await(Tick tick) {
        const Behaviour& behaviour = begin(tick);
        if (!behaviour.heeds_cancellation) {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        }
        co_await clock_.async_sleep(behaviour.takes);
        co_return step(behaviour);
    }

    const Script& script_;
    asio::io_context context_;
    VirtualClock clock_{context_};
    std::optional<FixedIntervalLoopingCall<int, VirtualClock>> call_;
    std::size_t drawn_ = 0;
    Stats stats_;
    Trace trace_;
};

unsigned number_from(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(model)

BOOST_AUTO_TEST_CASE(the_loop_and_its_model_agree_on_every_script) {
    const unsigned first = number_from("LOOPINGCALL_FIRST_SEED", 1);
    const unsigned count = number_from("LOOPINGCALL_SCRIPTS", 20'000);
    unsigned differences = 0;
    for (unsigned seed = first; seed != first + count && differences < 3; ++seed) {
        const Script script = make_script(seed);
        const Trace wanted = expected(script);
        const Trace seen = Performance(script).run();
        if (seen == wanted) continue;
        ++differences;
        BOOST_TEST_MESSAGE("");
        BOOST_ERROR("LOOPINGCALL_FIRST_SEED=" << seed << " LOOPINGCALL_SCRIPTS=1\n  " << script
                                              << "\n  model: " << wanted << "\n  loop:  " << seen);
    }
    BOOST_TEST(differences == 0U);
}

// A model that never ends, or scripts that never do anything, would agree, too.
BOOST_AUTO_TEST_CASE(the_scripts_reach_every_end_and_every_policy) {
    std::array<int, 5> ends{};
    std::array<int, 5> policies{};
    std::uint64_t calls = 0, missed = 0, failures = 0;
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        const Script script = make_script(seed);
        const Trace trace = expected(script);
        if (trace.reason) ++ends.at(static_cast<std::size_t>(*trace.reason));
        ++policies.at(static_cast<std::size_t>(script.options.missed_ticks));
        calls += trace.calls.size();
        missed += trace.missed;
        failures += trace.failures;
    }
    for (const int times : ends) BOOST_TEST(times > 40);
    for (const int times : policies) BOOST_TEST(times > 200);
    BOOST_TEST(calls > 10'000U);
    BOOST_TEST(missed > 2'000U);
    BOOST_TEST(failures > 1'000U);
}

BOOST_AUTO_TEST_SUITE_END()
