#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "process/run.hpp"
#include "support/scratch.hpp"

namespace process = loopingcall::process;

namespace {

/// Closes a standard stream of this process, if it is open, for as long as it lives.
class ClosedStream {
  public:
    explicit ClosedStream(int stream)
        : stream_(stream), saved_(::fcntl(stream, F_DUPFD_CLOEXEC, 100)) {
        if (saved_ >= 0) ::close(stream_);
    }
    ~ClosedStream() {
        if (saved_ < 0) return;
        ::dup2(saved_, stream_);
        ::close(saved_);
    }
    ClosedStream(const ClosedStream&) = delete;
    ClosedStream& operator=(const ClosedStream&) = delete;

  private:
    int stream_;
    int saved_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(environment, test::Children)

BOOST_AUTO_TEST_CASE(variables_are_set_removed_and_inherited) {
    ::setenv("LOOPINGCALL_INHERITED", "kept", 1);
    ::setenv("LOOPINGCALL_REMOVED", "gone", 1);
    const auto ran =
        run({.argv = {"/bin/sh", "-c",
                      "echo $LOOPINGCALL_INHERITED ${LOOPINGCALL_REMOVED-none} $LC_ALL"},
             .environment = {{"LC_ALL", "C"}, {"LOOPINGCALL_REMOVED", std::nullopt}}});
    BOOST_TEST(ran.result.standard_output == "kept none C\n");
}

BOOST_AUTO_TEST_CASE(arguments_reach_the_program_as_they_are) {
    const auto ran = run({.argv = {"/usr/bin/printf", "%s|", "a b", "$HOME", "*", "", "'\"\n"}});
    BOOST_TEST(ran.result.standard_output == "a b|$HOME|*||'\"\n|");
}

BOOST_AUTO_TEST_CASE(the_child_runs_in_its_working_directory) {
    const test::Scratch scratch;
    const auto ran = run({.argv = {"/bin/pwd"}, .working_directory = scratch.path()});
    BOOST_TEST(ran.result.standard_output == scratch.path().string() + "\n");
}

BOOST_AUTO_TEST_CASE(a_program_is_found_in_the_path_of_the_child) {
    const test::Scratch scratch;
    scratch.script("only-here", "echo found");
    const auto ran =
        run({.argv = {"only-here"}, .environment = {{"PATH", scratch.path().string()}}});
    BOOST_TEST(ran.result.standard_output == "found\n");
}

BOOST_AUTO_TEST_CASE(no_descriptor_of_the_host_reaches_the_child) {
    const int inheritable = ::dup(STDERR_FILENO);
    const auto ran = run(helper("descriptors"));
    BOOST_TEST(ran.result.standard_output == "0 1 2 ");
    ::close(inheritable);
}

BOOST_AUTO_TEST_CASE(a_host_without_standard_streams_can_run_commands) {
    const ClosedStream input(STDIN_FILENO);
    const ClosedStream output(STDOUT_FILENO);
    const auto ran = shell("echo out; echo err >&2");
    BOOST_TEST(ran.result.standard_output == "out\n");
    BOOST_TEST(ran.result.standard_error == "err\n");
}

BOOST_AUTO_TEST_CASE(signals_that_the_host_blocks_or_ignores_are_as_usual_in_the_child) {
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto previous = std::signal(SIGPIPE, SIG_IGN);
    const auto ran = run(helper("signals"));
    std::signal(SIGPIPE, previous);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    BOOST_TEST(ran.result.standard_output.empty());
}

BOOST_AUTO_TEST_SUITE_END()
