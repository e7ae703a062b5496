// The program loopingcall, run in a process of its own.
#include <algorithm>
#include <boost/json.hpp>
#include <csignal>

#include "support/descriptors.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

struct Repeating {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch;

    static test::Ended loopingcall(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), TEST_LOOPINGCALL);
        return test::run(std::move(arguments));
    }

    /// A command that fails until it has been called so often.
    [[nodiscard]] std::vector<std::string> succeeds_at(int call) const {
        const std::string count = (scratch.path() / "count").string();
        return {"/bin/sh", "-c",
                "echo x >> '" + count + "'; echo out; echo err >&2; [ $(wc -l < '" + count +
                    "') -ge " + std::to_string(call) + " ]"};
    }
};

std::vector<std::string> with(std::vector<std::string> flags,
                              const std::vector<std::string>& command) {
    flags.emplace_back("--");
    flags.insert(flags.end(), command.begin(), command.end());
    return flags;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program, Repeating)

BOOST_AUTO_TEST_CASE(it_runs_the_command_until_it_succeeds_and_gives_the_output_of_that_call) {
    const auto ended = loopingcall(with({"-i", "20ms"}, succeeds_at(3)));
    BOOST_TEST(ended.exit_code == 0);
    BOOST_TEST(ended.out == "out\n");
    BOOST_TEST(ended.err == "err\nerr\nerr\n");
    BOOST_TEST((ended.elapsed >= 40ms));  // two intervals
}

BOOST_AUTO_TEST_CASE(when_the_calls_run_out_the_exit_code_is_that_of_the_last) {
    const auto ended = loopingcall({"-i", "1ms", "-n", "3", "--", "/bin/sh", "-c", "exit 7"});
    BOOST_TEST(ended.exit_code == 7);
    BOOST_TEST(ended.err ==
               "loopingcall: /bin/sh: exhausted after 3 calls; the last one exited with 7\n");
    BOOST_TEST(loopingcall({"-q", "-n", "1", "--", "/bin/sh", "-c", "kill -9 $$"}).exit_code ==
               128 + SIGKILL);
}

BOOST_AUTO_TEST_CASE(time_limits_end_a_call_and_the_whole_with_124) {
    const auto whole = loopingcall({"-t", "100ms", "--", "sleep", "1000"});
    BOOST_TEST(whole.exit_code == 124);
    BOOST_TEST((whole.elapsed < 60s));
    const auto call =
        loopingcall({"--call-timeout", "50ms", "-n", "2", "-i", "1ms", "--", "sleep", "1000"});
    BOOST_TEST(call.exit_code == 124);
    BOOST_TEST(call.err.find("after 2 calls; the last one was ended: it took too long") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_run_is_not_tried_again) {
    BOOST_TEST(loopingcall({"--", "/no/such/program"}).exit_code == 127);
    const auto file = scratch.file("not_executable");
    BOOST_TEST(loopingcall({"--", file.string()}).exit_code == 126);
}

BOOST_AUTO_TEST_CASE(with_backoff_each_pause_is_twice_as_long) {
    const auto ended = loopingcall({"--backoff", "-i", "20ms", "-n", "4", "--", "false"});
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST((ended.elapsed >= 140ms));  // 20 + 40 + 80
}

BOOST_AUTO_TEST_CASE(mistakes_are_reported_all_together_with_125) {
    const auto ended = loopingcall({"-i", "soon", "--jitter", "2", "--nope", "--", "true"});
    BOOST_TEST(ended.exit_code == 125);
    BOOST_TEST(std::count(ended.err.begin(), ended.err.end(), '\n') == 3, ended.err);
    BOOST_TEST(loopingcall({}).exit_code == 125);
    BOOST_TEST(loopingcall({"--help"}).out.starts_with("Usage: loopingcall"));
    BOOST_TEST(loopingcall({"--version"}).out.starts_with("loopingcall "));
}

BOOST_AUTO_TEST_CASE(the_result_is_one_json_object_whatever_the_command_prints) {
    const auto ended =
        loopingcall({"-o", "json", "-n", "1", "--", "/bin/sh", "-c", "printf 'a\\377b'; exit 3"});
    BOOST_TEST(ended.exit_code == 3);
    const json::value result = json::parse(ended.out);
    BOOST_TEST(result.at("schema") == "loopingcall/1");
    BOOST_TEST(result.at("result") == "exhausted");
    BOOST_TEST(result.at("exit_code") == 3);
    BOOST_TEST(result.at("calls") == 1);
    BOOST_TEST(result.at("standard_output") ==
               "a\xEF\xBF\xBD"
               "b");
}

BOOST_AUTO_TEST_CASE(a_signal_ends_the_call_that_runs_and_leaves_no_child) {
    const auto pid = scratch.path() / "pid";
    const auto ended =
        test::shell("'" TEST_LOOPINGCALL "' -o json -- /bin/sh -c 'echo $$ > \"" + pid.string() +
                    "\"; exec sleep 1000' & child=$!; until [ -s '" + pid.string() +
                    "' ]; do kill -0 $child || exit 99; done; kill -TERM $child; wait $child");
    BOOST_TEST(ended.exit_code == 128 + SIGTERM);
    BOOST_TEST(json::parse(ended.out).at("result") == "interrupted");
    BOOST_TEST(::kill(std::stoi(test::read_file(pid)), 0) == -1);
}

BOOST_AUTO_TEST_SUITE_END()
