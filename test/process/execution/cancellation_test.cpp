#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "process/run.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace process = loopingcall::process;
using test::Running;

namespace {

/// Lets `command` run for so many handlers of the event loop, then cancels it.
/// @return whether it had completed before.
bool cancel_after(int handlers, const process::Command& command,
                  const process::ExecuteOptions& options) {
    Running running(command, options);
    for (int i = 0; i < handlers && !running.completed(); ++i) running.context.run_one();
    const bool too_late = running.completed();
    running.cancel();
    running.context.run();
    const test::Ran& ran = running.ran();
    BOOST_TEST(ran.times == 1);
    const bool aborted = ran.error == asio::error::operation_aborted;
    const bool failed_to_start = ran.error == process::errc::not_found;
    BOOST_TEST((aborted || failed_to_start || ran.result.status.known()));
    return too_late;
}

/// @param busy  for how long the loop does something else once the child was asked to end.
void cancel_one_that_does_not_listen(std::chrono::milliseconds busy) {
    const test::Scratch scratch;
    const auto ready = scratch.path() / "ready";
    Running running(test::Children::helper("ignore-termination", ready.string()), {.grace = 20ms});
    running.run_until([&] { return std::filesystem::exists(ready); });
    running.cancel();
    running.context.poll();
    const auto end = std::chrono::steady_clock::now() + busy;
    while (std::chrono::steady_clock::now() < end) continue;
    running.context.run();
    BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    BOOST_TEST((running.ran().result.status == process::WaitStatus::killed_by(SIGKILL)));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(cancellation, test::Children)

BOOST_AUTO_TEST_CASE(every_type_of_cancellation_ends_the_child) {
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial,
                            asio::cancellation_type::terminal}) {
        Running running({.argv = {"/bin/sleep", "1000"}});
        running.context.poll();  // started
        running.cancel(type);
        running.context.run();
        const test::Ran& ran = running.ran();
        BOOST_TEST(ran.times == 1);
        BOOST_TEST((ran.error == asio::error::operation_aborted));
        BOOST_TEST((ran.error == boost::system::errc::operation_canceled));
        BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));
        BOOST_TEST(ran.result.message.starts_with("/bin/sleep was cancelled"));
    }
}

BOOST_AUTO_TEST_CASE(cancelled_before_its_start_it_is_not_started) {
    Running running({.argv = {"/bin/sleep", "1000"}});
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    BOOST_TEST(!running.ran().result.status.known());
    BOOST_TEST(running.ran().result.message == "/bin/sleep was cancelled: not started");
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_listen_is_killed) {
    cancel_one_that_does_not_listen(0ms);
}

// The 100 ms in which a killed child is waited for begin with SIGKILL, not when it was due.
BOOST_AUTO_TEST_CASE(a_loop_kept_busy_past_the_grace_waits_for_the_killed_child) {
    cancel_one_that_does_not_listen(200ms);
}

BOOST_AUTO_TEST_CASE(a_cancellation_at_every_suspension_point_ends_all_of_it) {
    const process::ExecuteOptions fails_twice{
        .check_exit_code = {0}, .attempts = 2, .delay_on_retry = false};
    const std::vector<std::pair<process::Command, process::ExecuteOptions>> commands{
        {{.argv = {"/bin/true"}}, {}},
        {{.argv = {"/no/such/program"}}, {}},
        {{.argv = {"/bin/sh", "-c", "echo out; echo err >&2; exit 1"}}, fails_twice},
        {{.argv = {"/bin/sleep", "0.01"}}, {.timeout = 5ms}},
    };
    for (const auto& [command, options] : commands) {
        int points = 0;
        while (!cancel_after(points, command, options)) ++points;
        BOOST_TEST(points > 1);
    }
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_at_every_suspension_point_leaves_nothing) {
    for (int points = 0, completed = 0; completed == 0; ++points) {
        {
            Running running({.argv = {"/bin/sh", "-c", "echo out; exit 1"}},
                            {.check_exit_code = {0}, .attempts = 2, .delay_on_retry = false});
            for (int i = 0; i < points && !running.completed(); ++i) running.context.run_one();
            completed = running.ran().times;
        }
        while (::waitpid(-1, nullptr, 0) > 0) continue;  // killed, or ended: never waited for long
    }
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_with_a_running_child_kills_it_without_blocking) {
    {
        Running running({.argv = {"/bin/sleep", "1000"}});
        running.context.poll();
        BOOST_TEST(test::children().size() == 1U);
    }
    // Killed; it may not have been dead yet when it was last checked, and is the host's to reap
    // then. A child that had not been killed would be waited for until the test is given up.
    while (::waitpid(-1, nullptr, 0) > 0) continue;
    BOOST_TEST(test::children().empty());
}

BOOST_AUTO_TEST_SUITE_END()
