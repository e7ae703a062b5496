// What a child inherits of signals.
#include <signal.h>
#include <unistd.h>

#include <loopingcall/process/signal_state.hpp>

#include "process/children/family.hpp"
#include "process/children/group_scan.hpp"
#include "process/run.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

namespace process = loopingcall::process;
using process::SignalState;

BOOST_FIXTURE_TEST_SUITE(signals, test::Children)

BOOST_AUTO_TEST_CASE(signals_are_ignored_and_blocked_in_the_child_as_wanted) {
    SignalState state;
    for (const int number : {SIGHUP, SIGCHLD, SIGRTMAX}) ::sigaddset(&state.ignored, number);
    ::sigaddset(&state.blocked, SIGUSR1);
    const auto ran = run(helper("signals"), {.signals = state});
    BOOST_TEST(ran.result.standard_output == "ignored 1\nblocked 10\nignored 17\nignored 64\n");
}

BOOST_AUTO_TEST_CASE(the_state_of_this_process_is_read_and_applied) {
    const test::Scratch scratch;
    BOOST_TEST(test::in_forked_child([&] {
                   ::signal(SIGHUP, SIG_IGN);
                   ::signal(SIGUSR2, SIG_DFL);
                   sigset_t blocked;
                   ::sigemptyset(&blocked);
                   ::sigaddset(&blocked, SIGUSR1);
                   ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
                   const SignalState state = SignalState::current();

                   ::signal(SIGHUP, [](int) {});
                   ::signal(SIGUSR2, SIG_IGN);
                   ::sigemptyset(&blocked);
                   ::sigaddset(&blocked, SIGTERM);
                   ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
                   state.apply();

                   const SignalState after = SignalState::current();
                   const bool right = ::sigismember(&after.ignored, SIGHUP) == 1 &&
                                      ::sigismember(&after.ignored, SIGUSR2) == 0 &&
                                      ::sigismember(&after.blocked, SIGUSR1) == 1 &&
                                      ::sigismember(&after.blocked, SIGTERM) == 0;
                   return right ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_signal_that_waited_while_it_was_blocked_takes_effect) {
    BOOST_TEST(test::in_forked_child([] {
                   const SignalState state;
                   sigset_t all;
                   ::sigfillset(&all);
                   ::sigprocmask(SIG_SETMASK, &all, nullptr);
                   ::signal(SIGTERM, [](int) {});
                   ::kill(::getpid(), SIGTERM);
                   state.apply();
                   return 0;
               }) == 255);
}

BOOST_AUTO_TEST_CASE(living_members_of_a_group_are_distinguished_from_zombies_and_from_others) {
    const auto is_member = [](const std::string& text) {
        return process::detail::is_living_member(text, 42);
    };
    const std::string rest = " 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 ";
    BOOST_TEST(is_member("50 (sh) S 1 42" + rest + "1 0"));
    BOOST_TEST(is_member("50 (a) Z 1 (b) T 1 42" + rest + "1 0"));
    BOOST_TEST(is_member("50 (first thread ended) Z 1 42" + rest + "3 0"));
    BOOST_TEST(!is_member("50 (sh) Z 1 42" + rest + "1 0"));
    BOOST_TEST(!is_member("50 (sh) X 1 42" + rest + "1 0"));
    BOOST_TEST(!is_member("50 (sh) S 42 43" + rest + "1 0"));
    BOOST_TEST(!is_member(""));
    BOOST_TEST(!is_member("50 (sh"));
}

BOOST_AUTO_TEST_SUITE_END()
