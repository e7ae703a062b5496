// What a command has started ends with it: its process group.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <loopingcall/process/error.hpp>
#include <memory>

#include "process/run.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace process = loopingcall::process;
using process::errc;
using process::Leftovers;
using test::Running;

namespace {

/// Whether a process is there and no zombie.
bool is_alive(pid_t pid) {
    const std::string stat = test::read_file("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t name_end = stat.rfind(')');
    return name_end != std::string::npos && stat.compare(name_end, 3, ") Z") != 0;
}

struct Families : test::Children {
    test::Scratch scratch = {};
    std::string log = (scratch.path() / "log").string();

    /// The numbers that a family has written so far.
    [[nodiscard]] std::vector<pid_t> pids() const {
        std::ifstream stream(log);
        return {std::istream_iterator<pid_t>(stream), {}};
    }

    [[nodiscard]] long alive() const {
        const auto all = pids();
        return std::count_if(all.begin(), all.end(), is_alive);
    }

    /// A child, its child and the child of that, each of which writes down its name. `each` is
    /// done by each shell first.
    [[nodiscard]] process::Command three_generations(const std::string& each = ":") const {
        const std::string write = "; echo $! >> " + log + "; ";
        return {.argv = {"/bin/sh", "-c",
                         each + "; echo $$ >> " + log + "; (" + each + "; sleep 1000 &" +
                             write.substr(1) + "wait) & echo $! >> " + log + "; wait"}};
    }

    void run_until_there(Running& running, std::size_t members = 3) const {
        running.run_until([&] { return pids().size() == members; });
        BOOST_REQUIRE(!running.completed());
    }

    /// For members that this process cannot wait for.
    void check_that_all_end() const {
        const auto limit = std::chrono::steady_clock::now() + 5s;
        while (alive() > 0 && std::chrono::steady_clock::now() < limit) continue;
        BOOST_TEST(alive() == 0);
    }

    void kill_all() const {
        for (const pid_t pid : pids()) {
            if (is_alive(pid)) ::kill(pid, SIGKILL);
        }
        check_that_all_end();
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(family, Families)

BOOST_AUTO_TEST_CASE(a_timeout_ends_all_generations) {
    const auto ran = run(three_generations(), {.timeout = 2s, .grace = 60s});
    BOOST_TEST((ran.error == errc::timed_out));
    BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));
    BOOST_TEST(pids().size() == 3U);
    BOOST_TEST(alive() == 0);
}

BOOST_AUTO_TEST_CASE(a_cancellation_ends_all_generations) {
    Running running(three_generations(), {.grace = 60s});
    run_until_there(running);
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    BOOST_TEST(alive() == 0);
}

BOOST_AUTO_TEST_CASE(the_destruction_of_the_context_ends_all_generations) {
    {
        Running running(three_generations());
        run_until_there(running);
    }
    check_that_all_end();
}

BOOST_AUTO_TEST_CASE(generations_that_ignore_the_first_signal_are_killed) {
    Running running(three_generations("trap '' TERM"), {.grace = 20ms});
    run_until_there(running);
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().result.status == process::WaitStatus::killed_by(SIGKILL)));
    check_that_all_end();
}

BOOST_AUTO_TEST_CASE(
    a_grandchild_that_ignores_the_first_signal_is_killed_after_its_parent_has_ended) {
    Running running({.argv = {"/bin/sh", "-c",
                              "(trap '' TERM; echo $$ >> " + log +
                                  "; exec sleep 1000) & echo $! >> " + log + "; wait"}},
                    {.grace = 100ms});
    run_until_there(running, 2);
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().result.status == process::WaitStatus::killed_by(SIGTERM)));
    check_that_all_end();
}

BOOST_AUTO_TEST_CASE(a_grandchild_has_the_grace_to_end_by_itself) {
    const auto cleaned = scratch.path() / "cleaned";
    Running running({.argv = {"/bin/sh", "-c",
                              "(sleep 1000 & trap 'sleep 0.2; echo > " + cleaned.string() +
                                  "; exit' TERM; echo $! >> " + log + "; wait) & wait"}},
                    {.grace = 60s});
    run_until_there(running, 1);
    running.cancel();
    running.context.run();
    BOOST_TEST(std::filesystem::exists(cleaned));
    check_that_all_end();
}

// Then the loop sees the end of the child only when the grace is over, too.
BOOST_AUTO_TEST_CASE(a_loop_kept_busy_past_the_grace_ends_all_generations_and_completes) {
    for (const auto grace : {0ms, 20ms}) {
        Running running(three_generations(), {.grace = grace});
        run_until_there(running);
        running.cancel();
        running.context.poll();
        const auto busy = std::chrono::steady_clock::now() + 200ms;
        while (std::chrono::steady_clock::now() < busy) continue;
        running.context.run();
        BOOST_TEST((running.ran().error == asio::error::operation_aborted));
        check_that_all_end();
        std::filesystem::remove(log);
    }
}

BOOST_AUTO_TEST_CASE(stopped_generations_are_continued_so_that_they_end) {
    Running running({.argv = {"/bin/sh", "-c",
                              "sh -c 'echo $$ >> " + log + "; kill -STOP $$; sleep 1000' & wait"}},
                    {.grace = 60s});
    run_until_there(running, 1);
    const auto stopped = [&] {
        return test::read_file("/proc/" + std::to_string(pids().at(0)) + "/stat").find(") T") !=
               std::string::npos;
    };
    running.run_until(stopped);
    running.cancel();
    running.context.run();
    check_that_all_end();
}

BOOST_AUTO_TEST_CASE(what_a_command_leaves_is_kept_or_ended_as_wanted) {
    struct {
        Leftovers leftovers;
        int exit_code;
        bool kept;
    } const rows[] = {
        {Leftovers::keep, 0, true},
        {Leftovers::keep, 1, true},
        {Leftovers::end_after_failure, 0, true},
        {Leftovers::end_after_failure, 1, false},
        {Leftovers::end, 0, false},
        {Leftovers::end, 1, false},
    };
    for (const auto& row : rows) {
        std::filesystem::remove(log);
        const auto ran = shell("sleep 1000 > /dev/null 2>&1 & echo $! >> " + log + "; exit " +
                                   std::to_string(row.exit_code),
                               {.grace = 60s, .check_exit_code = {0}, .leftovers = row.leftovers});
        BOOST_TEST(ran.result.status.exited(row.exit_code));
        BOOST_TEST((alive() == 1) == row.kept);
        kill_all();
    }
}

BOOST_AUTO_TEST_CASE(no_attempt_works_beside_what_is_left_of_another) {
    const std::string lock = (scratch.path() / "lock").string();
    const auto ran =
        shell("exec 9> " + lock + "; flock -n 9 || exit 9; sleep 1000 > /dev/null 2>&1 & exit 1",
              {.grace = 60s, .check_exit_code = {0}, .attempts = 3, .delay_on_retry = false});
    BOOST_TEST(ran.result.attempts == 3);
    BOOST_TEST(ran.result.status.exited(1));
}

BOOST_AUTO_TEST_CASE(a_child_has_a_group_of_its_own_unless_it_is_to_share_ours) {
    const std::string show = "ps -o pgid= -p $$ | tr -d ' \\n'; echo -n \" $$\"";
    std::istringstream own(shell(show).result.standard_output);
    pid_t group = 0;
    pid_t child = 0;
    own >> group >> child;
    BOOST_TEST(group == child);
    std::istringstream shared(shell(show, {.process_group = false}).result.standard_output);
    shared >> group >> child;
    BOOST_TEST(group == ::getpgrp());
}

BOOST_AUTO_TEST_CASE(without_a_group_the_child_alone_is_signalled) {
    Running running(three_generations(), {.grace = 60s, .process_group = false});
    run_until_there(running);
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().result.status == process::WaitStatus::killed_by(SIGTERM)));
    BOOST_TEST(alive() == 2);
    kill_all();
}

BOOST_AUTO_TEST_CASE(the_signal_that_asks_a_child_to_end_can_be_chosen) {
    Running running(
        {.argv = {"/bin/sh", "-c",
                  "trap 'exit 7' INT; echo $$ >> " + log + "; while :; do sleep 0.01; done"}},
        {.grace = 60s, .end_signal = SIGINT});
    run_until_there(running, 1);
    running.cancel();
    running.context.run();
    BOOST_TEST(running.ran().result.status.exited(7));
}

BOOST_AUTO_TEST_CASE(a_signal_is_passed_on_to_the_whole_group) {
    const process::SignalSender sender;
    sender.signal(SIGUSR1);  // there is no child yet
    const std::string heard = (scratch.path() / "heard").string();
    const std::string listen =
        "trap 'echo >> " + heard + "; exit 0' USR1; while :; do sleep 0.01; done";
    Running running(
        {.argv = {"/bin/sh", "-c",
                  "(" + listen + ") & echo $! >> " + log + "; echo $$ >> " + log + "; " + listen}},
        {.signal_sender = sender});
    run_until_there(running, 2);
    std::this_thread::sleep_for(50ms);  // for the traps, which nothing outside shows
    sender.signal(SIGUSR1);
    running.context.run();
    BOOST_TEST(!running.ran().error);
    check_that_all_end();
    BOOST_TEST(test::read_file(heard) == "\n\n");
    sender.signal(SIGUSR1);  // no child is left
}

BOOST_AUTO_TEST_CASE(two_hundred_families_leave_no_process_and_signal_no_bystander) {
    std::vector<std::unique_ptr<test::Child>> bystanders;
    for (int i = 0; i < 10; ++i) {
        bystanders.push_back(std::make_unique<test::Child>([] { return ::setpgid(0, 0) == 0; }));
    }
    constexpr int batch = 50;
    for (int done = 0; done < 200; done += batch) {
        asio::io_context context;
        int timed_out = 0;
        for (int i = 0; i < batch; ++i) {
            process::async_execute(
                context.get_executor(), three_generations(i % 2 == 0 ? ":" : "trap '' TERM"),
                {.timeout = std::chrono::milliseconds(8 * i), .grace = 50ms},
                [&](boost::system::error_code error, const process::ExecuteResult&) {
                    timed_out += error == errc::timed_out ? 1 : 0;
                });
        }
        context.run();
        BOOST_TEST(timed_out == batch);
    }
    check_that_all_end();
    for (const auto& bystander : bystanders) BOOST_TEST(is_alive(bystander->pid()));
}

BOOST_AUTO_TEST_CASE(a_subreaper_has_no_process_left_to_reap) {
    BOOST_TEST(test::in_forked_child([&] {
                   ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
                   {
                       Running running(three_generations(), {.grace = 60s});
                       running.run_until([&] { return pids().size() == 3; });
                       running.cancel();
                       running.context.run();
                   }
                   return ::waitpid(-1, nullptr, WNOHANG) == -1 && alive() == 0 ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
