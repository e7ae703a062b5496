#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <loopingcall/process/execute.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/descriptors.hpp"

namespace test {

namespace asio = boost::asio;
namespace process = loopingcall::process;
using namespace std::chrono_literals;

/// The result of an async_execute().
struct Ran {
    boost::system::error_code error = {};
    process::ExecuteResult result = {};
    int times = 0;
};

/// A command that can be stopped, on an event loop that the test moves on.
class Running {
  public:
    explicit Running(process::Command command, process::ExecuteOptions options = {}) {
        process::async_execute(
            context.get_executor(), std::move(command), std::move(options),
            asio::bind_cancellation_slot(signal_.slot(), [this](boost::system::error_code error,
                                                                process::ExecuteResult result) {
                ran_ = {error, std::move(result), ran_.times + 1};
            }));
    }

    void cancel(asio::cancellation_type type = asio::cancellation_type::terminal) {
        signal_.emit(type);
    }

    /// Turns the event loop until `condition()`, or until it has nothing left to do.
    template <class Condition>
    void run_until(Condition condition) {
        while (!condition() && !context.stopped()) context.run_one_for(1ms);
    }

    void run_until_completed() {
        run_until([&] { return completed(); });
    }

    [[nodiscard]] bool completed() const { return ran_.times > 0; }
    [[nodiscard]] const Ran& ran() const { return ran_; }

    asio::io_context context{};

  private:
    asio::cancellation_signal signal_{};
    Ran ran_{};
};

/// A real event loop for real children, which must leave nothing behind.
struct Children {
    NothingLeftBehind nothing_left_behind;

    /// Runs `command` to its end on a loop of its own.
    static Ran run(process::Command command, process::ExecuteOptions options = {}) {
        Running running(std::move(command), std::move(options));
        BOOST_TEST(!running.completed());  // never inside the initiating function
        running.context.run();
        BOOST_TEST(running.ran().times == 1);
        return running.ran();
    }

    static Ran shell(const std::string& script, process::ExecuteOptions options = {}) {
        return run({.argv = {"/bin/sh", "-c", script}}, std::move(options));
    }

    static process::Command helper(const std::string& what, const std::string& argument = {}) {
        return {.argv = {TEST_HELPER, what, argument}};
    }
};

}  // namespace test
