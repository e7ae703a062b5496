// What the start of a child must not do to its host, which is large, threaded and long-lived. The
// host is a program of its own where it would not survive, and is run in both ways: as the library
// starts a child, and as Boost.Process 1.81 does by default.
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/version.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "process/run.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace process = loopingcall::process;
using test::Running;

namespace {

int forks = 0;

test::Ran host(const std::string& way) { return test::Children::run({.argv = {TEST_HOST, way}}); }

/// A thread of the host that starts children of its own, which inherit whatever is not
/// close-on-exec, and live on.
class ForkingThread {
  public:
    ForkingThread() : thread_([this] { work(); }) {}
    ~ForkingThread() {
        stop_ = true;
        thread_.join();
        for (const pid_t pid : started_) {
            ::kill(pid, SIGKILL);
            ::waitpid(pid, nullptr, 0);
        }
    }
    ForkingThread(const ForkingThread&) = delete;
    ForkingThread& operator=(const ForkingThread&) = delete;

  private:
    void work() {
        std::string program = "/bin/sleep";
        std::string time = "1000";
        char* const arguments[] = {program.data(), time.data(), nullptr};
        while (!stop_ && started_.size() < 300) {
            pid_t pid = -1;
            if (::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) == 0) {
                started_.push_back(pid);
            }
        }
    }

    std::atomic<bool> stop_ = false;
    std::vector<pid_t> started_{};
    std::thread thread_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(launch, test::Children)

// A fork copies the page tables of the host: 45 ms on the event loop at 1 GB.
BOOST_AUTO_TEST_CASE(the_host_is_not_forked) {
    ::pthread_atfork([] { ++forks; }, nullptr, nullptr);
    forks = 0;
    BOOST_TEST(run({.argv = {"/bin/true"}}).result.status.exited(0));
    BOOST_TEST(forks == 0);
}

BOOST_AUTO_TEST_CASE(a_failed_start_runs_nothing_of_the_host_twice) {
    const auto ran = host("execute");
    BOOST_TEST(ran.result.standard_output == "buffered, not_found, at exit, destroyed");
    BOOST_TEST(ran.result.standard_error.empty());
}

#if BOOST_VERSION < 108200
BOOST_AUTO_TEST_CASE(the_default_launcher_of_boost_process_runs_the_end_of_the_host_in_the_child) {
    const auto ran = host("boost");
    BOOST_TEST(ran.result.standard_output != "buffered, not_found, at exit, destroyed");
}
#endif

BOOST_AUTO_TEST_CASE(a_host_that_forks_at_the_same_time_holds_no_output_open) {
    const ForkingThread other;
    for (int i = 0; i < 200; ++i) {
        const auto ran = run({.argv = {"/bin/echo", "said"}});
        BOOST_TEST(ran.result.standard_output == "said\n");
        BOOST_TEST(!ran.result.truncated);
    }
}

// Where the vfork launcher of Boost.Process rewrites the reactor's descriptors in the parent.
BOOST_AUTO_TEST_CASE(descriptors_below_those_of_the_reactor_do_no_harm) {
    const int low = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    Running first({.argv = {"/bin/echo", "first"}});
    ::close(low);
    first.context.run();
    BOOST_TEST(first.ran().result.standard_output == "first\n");
    Running second({.argv = {"/bin/echo", "second"}});
    second.context.run();
    BOOST_TEST(second.ran().result.standard_output == "second\n");
}

BOOST_AUTO_TEST_CASE(a_loop_kept_busy_past_the_deadline_does_not_make_a_child_late) {
    Running running({.argv = {"/bin/echo", "in time"}}, {.timeout = 200ms});
    const auto deadline = std::chrono::steady_clock::now() + 300ms;
    running.context.run_one();  // started; from here on the loop is kept busy
    siginfo_t info{};
    const auto child = static_cast<id_t>(test::children().at(0));
    BOOST_TEST(::waitid(P_PID, child, &info, WEXITED | WNOWAIT) == 0);
    while (std::chrono::steady_clock::now() < deadline) continue;
    running.context.run();
    BOOST_TEST(!running.ran().error);
    BOOST_TEST(running.ran().result.standard_output == "in time\n");
}

// Boost.Process 1.81 is header-only, slow to compile, and has traps: one file may know it.
BOOST_AUTO_TEST_CASE(boost_process_is_included_by_one_file) {
    int files = 0;
    for (const char* const folder : {"include", "lib", "apps"}) {
        const std::filesystem::recursive_directory_iterator all(
            std::filesystem::path(TEST_SOURCES) / folder);
        for (const auto& entry : all) {
            if (!entry.is_regular_file()) continue;
            const bool includes =
                test::read_file(entry.path()).find("#include <boost/process") != std::string::npos;
            files += includes ? 1 : 0;
        }
    }
    BOOST_TEST(files == 1);
}

BOOST_AUTO_TEST_SUITE_END()
