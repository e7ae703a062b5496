#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <loopingcall/process/error.hpp>

#include "process/run.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;
using process::errc;

namespace {

struct Options : test::Children {
    test::Scratch scratch = {};

    /// Does `last` in its run number `runs`, and `otherwise` before.
    test::Ran run_counted(int runs, const std::string& otherwise, const std::string& last,
                          process::ExecuteOptions options) {
        const std::string count = (scratch.path() / "count").string();
        return shell("echo >> " + count + "; test $(wc -l < " + count + ") -lt " +
                         std::to_string(runs) + " && { " + otherwise + "; }; " + last,
                     std::move(options));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(options, Options)

BOOST_AUTO_TEST_CASE(input_is_read_to_its_end_whatever_it_holds) {
    std::string input("a\0b\n", 4);
    while (input.size() < 300000) input += input;
    process::Command command = helper("copy");
    command.input = input;
    const auto ran = run(command);
    BOOST_TEST((ran.result.standard_output == input));
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_read_its_input_does_no_harm) {
    const auto ran = run({.argv = {"/bin/true"}, .input = std::string(1000000, 'x')});
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.status.exited(0));
}

BOOST_AUTO_TEST_CASE(a_clean_environment_holds_what_is_given_alone) {
    const auto ran =
        run({.argv = {"env"}, .environment = {{"ONLY", "this"}}, .clean_environment = true});
    BOOST_TEST(ran.result.standard_output == "ONLY=this\n");
    BOOST_TEST(run({.argv = {"env"}, .clean_environment = true}).result.standard_output.empty());
}

BOOST_AUTO_TEST_CASE(the_c_locale_is_for_parsers) {
    const auto ran = run(process::in_c_locale(
        {.argv = {"/bin/sh", "-c", "echo $LC_ALL"}, .environment = {{"LC_ALL", "de_DE.UTF-8"}}}));
    BOOST_TEST(ran.result.standard_output == "C\n");
}

BOOST_AUTO_TEST_CASE(a_relative_program_is_relative_to_the_working_directory) {
    scratch.script("here", "echo found");
    BOOST_TEST(
        run({.argv = {"./here"}, .working_directory = scratch.path()}).result.standard_output ==
        "found\n");
    BOOST_TEST(
        run({.argv = {"here"}, .environment = {{"PATH", "."}}, .working_directory = scratch.path()})
            .result.standard_output == "found\n");
}

BOOST_AUTO_TEST_CASE(the_root_helper_is_used_without_root) {
    process::Command command{.argv = {"echo", "said"},
                             .run_as_root = true,
                             .root_helper = {"/usr/bin/env", "echo", "helper:"}};
    const auto said = [&] {
        boost::asio::io_context context;
        std::string output;
        process::async_execute(context.get_executor(), command, {},
                               [&](boost::system::error_code, const process::ExecuteResult& ran) {
                                   output = ran.standard_output;
                               });
        context.run();
        return output;
    };
    const bool root = ::geteuid() == 0;
    BOOST_TEST(said() == (root ? "said\n" : "helper: echo said\n"));
    BOOST_TEST(test::in_forked_child([&] {
                   test::become_nobody();
                   return said() == "helper: echo said\n" ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(an_exit_code_is_an_error_only_if_asked_for) {
    BOOST_TEST(!shell("exit 3").error);
    BOOST_TEST(!shell("exit 3", {.check_exit_code = {0, 3}}).error);
    const auto ran = shell("echo why >&2; exit 3", {.check_exit_code = {0, 1}});
    BOOST_TEST((ran.error == errc::unexpected_exit_code));
    BOOST_TEST(ran.result.status.exited(3));
    BOOST_TEST(ran.result.standard_error == "why\n");
    BOOST_TEST(ran.result.message == "/bin/sh exited with 3, not with 0, 1");
}

BOOST_AUTO_TEST_CASE(an_end_by_a_signal_is_an_error_of_its_own) {
    BOOST_TEST(!shell("kill -HUP $$").error);
    const auto ran = shell("kill -HUP $$", {.check_exit_code = {0, 1}});
    BOOST_TEST((ran.error == errc::killed));
    BOOST_TEST(ran.result.message == "/bin/sh killed by signal 1 (SIGHUP), not with 0, 1");
}

BOOST_AUTO_TEST_CASE(an_output_that_is_not_whole_is_an_error_if_asked_for) {
    const auto ran = shell("echo 12345", {.max_output = 3, .allow_truncated = false});
    BOOST_TEST((ran.error == errc::output_cut));
    BOOST_TEST(ran.result.standard_output == "123");
    BOOST_TEST(!shell("echo 12", {.max_output = 3, .allow_truncated = false}).error);
}

BOOST_AUTO_TEST_CASE(what_fails_is_tried_again_until_it_succeeds) {
    const process::ExecuteOptions options{
        .check_exit_code = {0}, .attempts = 5, .delay_on_retry = false};
    const auto ran = run_counted(3, "echo failure; exit 1", "echo success", options);
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.attempts == 3);
    BOOST_TEST(ran.result.standard_output == "success\n");
}

BOOST_AUTO_TEST_CASE(the_last_attempt_is_the_result) {
    const process::ExecuteOptions options{
        .check_exit_code = {0}, .attempts = 2, .delay_on_retry = false};
    const auto ran = run_counted(2, "kill -KILL $$", "exit 7", options);
    BOOST_TEST((ran.error == errc::unexpected_exit_code));
    BOOST_TEST(ran.result.status.exited(7));
    BOOST_TEST(ran.result.attempts == 2);
}

BOOST_AUTO_TEST_CASE(what_cannot_pass_is_not_tried_again) {
    const process::ExecuteOptions thrice{.timeout = 100ms, .grace = 0ms, .attempts = 3};
    BOOST_TEST(run({.argv = {"no-such-program"}}, thrice).result.attempts == 1);
    BOOST_TEST(run({.argv = {"/bin/sleep", "1000"}}, thrice).result.attempts == 1);
}

BOOST_AUTO_TEST_CASE(there_is_a_pause_before_another_attempt) {
    const auto begun = std::chrono::steady_clock::now();
    const auto ran = shell("exit 1", {.check_exit_code = {0}, .attempts = 2});
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= 200ms));
    BOOST_TEST(ran.result.attempts == 2);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_the_pause) {
    test::Running running({.argv = {"/bin/false"}}, {.check_exit_code = {0}, .attempts = 1000});
    running.run_until([] { return !test::children().empty(); });
    running.run_until([] { return test::children().empty(); });
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().error == boost::asio::error::operation_aborted ||
                running.ran().error == errc::unexpected_exit_code));
    BOOST_TEST(running.ran().result.attempts == 1);
}

BOOST_AUTO_TEST_CASE(options_that_make_no_sense_are_refused_before_anything_starts) {
    boost::asio::io_context context;
    const auto with = [&](process::ExecuteOptions options) {
        process::async_execute(context.get_executor(), {.argv = {"/bin/true"}}, std::move(options),
                               boost::asio::detached);
    };
    BOOST_CHECK_THROW(with({.attempts = 0}), std::invalid_argument);
    BOOST_CHECK_THROW(with({.timeout = -1ms}), std::invalid_argument);
    BOOST_CHECK_THROW(with({.grace = -1ms}), std::invalid_argument);
    BOOST_TEST(context.run() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
