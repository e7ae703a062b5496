// A child whose end the kernel does not report: it is dead, its pidfd is readable, and waitpid()
// blocks. The nearest to a child in uninterruptible sleep on a dead device that a test can make.
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

struct Withheld : test::Children {
    test::Scratch scratch = {};
    std::filesystem::path tracer = scratch.path() / "tracer";

    process::Command command() { return helper("withhold-end", tracer.string()); }

    void run_until_traced(Running& running) {
        running.run_until([&] { return std::filesystem::exists(tracer); });
        BOOST_REQUIRE(!running.completed());
    }

    /// The kernel reports the end once there is no tracer any more.
    void let_go() { BOOST_TEST(::kill(std::stoi(test::read_file(tracer)), SIGKILL) == 0); }
};

/// Ticks every millisecond of an event loop that is not blocked.
class Pulse {
  public:
    explicit Pulse(asio::io_context& context) : timer_(context) { beat(); }
    [[nodiscard]] int beats() const { return beats_; }
    void stop() { timer_.cancel(); }

  private:
    void beat() {
        timer_.expires_after(1ms);
        timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            ++beats_;
            beat();
        });
    }

    asio::steady_timer timer_;
    int beats_ = 0;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(withheld_end, Withheld)

BOOST_AUTO_TEST_CASE(the_operation_completes_and_the_event_loop_ticks_on) {
    Running running(command(), {.grace = 20ms});
    run_until_traced(running);
    Pulse pulse(running.context);
    running.cancel();
    const auto begun = std::chrono::steady_clock::now();
    running.run_until_completed();
    BOOST_TEST((std::chrono::steady_clock::now() - begun >= 120ms));
    BOOST_TEST(pulse.beats() > 10);
    BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    BOOST_TEST(!running.ran().result.status.known());
    BOOST_TEST(running.ran().result.message.ends_with(
        "it is still there after SIGKILL and will be reaped in the background"));

    const int beats = pulse.beats();
    running.run_until([&] { return pulse.beats() > beats + 10; });  // and so in the background
    BOOST_TEST(test::children().size() == 1U);
    pulse.stop();
    let_go();
    running.context.run();  // until it is reaped
}

BOOST_AUTO_TEST_CASE(a_deadline_ends_the_operation_too) {
    Running running(command(), {.timeout = 500ms, .grace = 0ms});
    run_until_traced(running);
    running.run_until_completed();
    BOOST_TEST((running.ran().error == process::errc::timed_out));
    let_go();
    running.context.run();
}

BOOST_AUTO_TEST_CASE(the_destruction_of_the_context_does_not_block) {
    {
        Running running(command(), {.grace = 0ms});
        run_until_traced(running);
        running.cancel();
        running.run_until_completed();
    }
    let_go();
    while (::waitpid(-1, nullptr, 0) > 0) continue;
}

BOOST_AUTO_TEST_SUITE_END()
