#include <loopingcall/process/error.hpp>

#include "process/run.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;

BOOST_FIXTURE_TEST_SUITE(deadline, test::Children)

BOOST_AUTO_TEST_CASE(a_child_that_takes_too_long_receives_sigterm) {
    const auto ran = shell("echo begun; exec sleep 1000", {.timeout = 1s, .grace = 60s});
    BOOST_TEST((ran.error == process::errc::timed_out));
    BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));
    BOOST_TEST(ran.result.standard_output == "begun\n");
    BOOST_TEST(ran.result.message ==
               "/bin/sh did not end within 1000 ms: killed by signal 15 (SIGTERM)");
}

BOOST_AUTO_TEST_CASE(a_child_that_does_not_listen_is_killed_after_the_grace) {
    const auto ran = run(helper("ignore-termination"), {.timeout = 1s, .grace = 50ms});
    BOOST_TEST((ran.error == process::errc::timed_out));
    BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGKILL)));
    BOOST_TEST((ran.result.elapsed >= 1050ms));
}

BOOST_AUTO_TEST_CASE(a_stopped_child_is_ended_too) {
    const auto ran = shell("kill -STOP $$", {.timeout = 1s, .grace = 60s});
    BOOST_TEST((ran.error == process::errc::timed_out));
    BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));
}

BOOST_AUTO_TEST_CASE(a_child_that_ends_in_time_is_not_affected) {
    const auto ran = shell("exit 5", {.timeout = 60s});
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.status.exited(5));
    BOOST_TEST((ran.result.elapsed < 60s));
}

BOOST_AUTO_TEST_SUITE_END()
