#include <sys/wait.h>

#include <filesystem>

#include "run.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace process = loopingcall::process;

BOOST_FIXTURE_TEST_SUITE(cancellation, test::Children)

BOOST_AUTO_TEST_CASE(every_type_of_cancellation_ends_the_child) {
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial,
                            asio::cancellation_type::terminal}) {
        asio::io_context context;
        asio::cancellation_signal signal;
        test::Ran ran;
        process::async_execute(
            context.get_executor(), {.argv = {"/bin/sleep", "1000"}}, {},
            asio::bind_cancellation_slot(
                signal.slot(), [&](boost::system::error_code error, process::ExecuteResult result) {
                    ran = {error, std::move(result), ran.times + 1};
                }));
        context.poll();  // started
        signal.emit(type);
        context.run();
        BOOST_TEST(ran.times == 1);
        BOOST_TEST((ran.error == asio::error::operation_aborted));
        BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));
        BOOST_TEST(ran.result.message.starts_with("/bin/sleep was cancelled"));
    }
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_listen_is_killed) {
    asio::io_context context;
    asio::cancellation_signal signal;
    test::Ran ran;
    const test::Scratch scratch;
    const auto ready = scratch.path() / "ready";
    process::Command command = helper("ignore-termination");
    command.argv.push_back(ready.string());
    process::async_execute(
        context.get_executor(), command, {.grace = 20ms},
        asio::bind_cancellation_slot(
            signal.slot(), [&](boost::system::error_code error, process::ExecuteResult result) {
                ran = {error, std::move(result), ran.times + 1};
            }));
    while (!std::filesystem::exists(ready)) context.run_one_for(1ms);
    signal.emit(asio::cancellation_type::terminal);
    context.run();
    BOOST_TEST((ran.error == asio::error::operation_aborted));
    BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGKILL)));
}

BOOST_AUTO_TEST_CASE(the_context_destroyed_with_a_running_child_kills_it_without_blocking) {
    const auto before = test::holdings();
    {
        asio::io_context context;
        process::async_execute(context.get_executor(), {.argv = {"/bin/sleep", "1000"}}, {},
                               [](boost::system::error_code, const process::ExecuteResult&) {
                                   BOOST_ERROR("completed although the context is gone");
                               });
        context.poll();
        BOOST_TEST(test::holdings().children == before.children + 1);
    }
    // Killed; it may not have been dead yet when it was last looked at, and is the host's to reap
    // then. A child that had not been killed would be waited for until the test is given up.
    while (::waitpid(-1, nullptr, 0) > 0) continue;
    BOOST_TEST(test::holdings().children == before.children);
}

BOOST_AUTO_TEST_SUITE_END()
