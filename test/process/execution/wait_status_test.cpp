#include <csignal>
#include <cstring>
#include <loopingcall/process/wait_status.hpp>
#include <sstream>

#include "process/run.hpp"

using loopingcall::process::WaitStatus;

BOOST_FIXTURE_TEST_SUITE(wait_status, test::Children)

BOOST_AUTO_TEST_CASE(exited_with_one_and_killed_by_signal_one_are_different) {
    BOOST_TEST((WaitStatus::exited_with(1) != WaitStatus::killed_by(1)));
    BOOST_TEST(WaitStatus::exited_with(1).exited(1));
    BOOST_TEST(!WaitStatus::killed_by(1).exited(1));
    BOOST_TEST(!WaitStatus::killed_by(1).exited());
    BOOST_TEST(!WaitStatus{}.known());
    BOOST_TEST(!WaitStatus{}.exited(0));
}

BOOST_AUTO_TEST_CASE(the_raw_status_of_the_kernel_is_read_right) {
    BOOST_TEST((WaitStatus::from_raw(1 << 8) == WaitStatus::exited_with(1)));
    BOOST_TEST((WaitStatus::from_raw(1) == WaitStatus::killed_by(1)));
    BOOST_TEST((WaitStatus::from_raw(0) == WaitStatus::exited_with(0)));
    BOOST_TEST((WaitStatus::from_raw(0x137f) == WaitStatus{}));  // stopped
}

BOOST_AUTO_TEST_CASE(a_real_child_that_exits_and_one_that_is_killed) {
    BOOST_TEST((shell("exit 1").result.status == WaitStatus::exited_with(1)));
    BOOST_TEST((shell("kill -HUP $$").result.status == WaitStatus::killed_by(1)));
    BOOST_TEST((shell("exit 0").result.status == WaitStatus::exited_with(0)));
    BOOST_TEST((shell("exit 255").result.status == WaitStatus::exited_with(255)));
}

BOOST_AUTO_TEST_CASE(a_status_is_described_in_words) {
    BOOST_TEST(to_string(WaitStatus::exited_with(3)) == "exited with 3");
    BOOST_TEST(to_string(WaitStatus::killed_by(9)) == "killed by signal 9 (SIGKILL)");
    for (int signal = 1; signal < 32; ++signal) {
        const std::string number = std::to_string(signal);
        BOOST_TEST(to_string(WaitStatus::killed_by(signal)) ==
                   "killed by signal " + number + " (SIG" + ::sigabbrev_np(signal) + ")");
    }
    BOOST_TEST(to_string(WaitStatus::killed_by(64)) == "killed by signal 64");
    std::ostringstream stream;
    stream << WaitStatus{};
    BOOST_TEST(stream.str() == "status unknown");
}

BOOST_AUTO_TEST_SUITE_END()
