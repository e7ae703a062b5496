// A wait ends whatever fuser does, and so does fuser.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "device/waiting.hpp"
#include "support/ticker.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::State;

BOOST_FIXTURE_TEST_SUITE(waits_by_fuser, test::Waiting)

BOOST_AUTO_TEST_CASE(a_missing_fuser_fails_at_once_and_is_named) {
    const char* const path = std::getenv("PATH");
    const std::string before = path;
    ::setenv("PATH", scratch.path().c_str(), 1);
    const auto result = wait_for(file, {});
    ::setenv("PATH", before.c_str(), 1);
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason ==
               "cannot start fuser: there is no fuser in PATH; install psmisc");
    BOOST_TEST(result.checks == 1U);
}

BOOST_AUTO_TEST_CASE(a_fuser_that_never_ends_is_killed_and_the_device_unknown) {
    const test::FakeFuser fake(scratch, "exec sleep 1000");
    const auto result = wait_for(file, {.check_device_probe_timeout = 100ms});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason.starts_with("fuser did not end within 100 ms"));
    BOOST_TEST(result.checks == 1U);
}

BOOST_AUTO_TEST_CASE(a_fuser_killed_by_signal_one_is_not_free) {
    const test::FakeFuser fake(scratch, "kill -HUP $$");
    const auto result = wait_for(file, {});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "fuser gave no answer: killed by signal 1 (SIGHUP)");
}

BOOST_AUTO_TEST_CASE(fuser_gets_one_absolute_path_and_the_c_locale) {
    ::setenv("LC_ALL", "de_DE.UTF-8", 1);
    const test::FakeFuser fake(
        scratch, "echo \"$#|$1|$LC_ALL\" > '" + (scratch.path() / "seen").string() + "'; exit 1");
    (void)wait_for(file, {});
    ::unsetenv("LC_ALL");
    BOOST_TEST(test::read_file(scratch.path() / "seen") == "1|" + file.string() + "|C\n");
}

BOOST_AUTO_TEST_CASE(a_timeout_before_the_first_answer_is_unknown_and_leaves_no_child) {
    const test::FakeFuser fake(scratch, "exec sleep 1000");
    const auto result = wait_for(file, {.check_device_timeout = 50ms});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "the time ran out before the first check was over");
    BOOST_TEST(result.checks == 0U);
}

BOOST_AUTO_TEST_CASE(a_cancelled_wait_ends_its_probe_before_it_says_so) {
    const test::FakeFuser fake(
        scratch, "echo begun > '" + (scratch.path() / "begun").string() + "'; exec sleep 1000");
    for (const auto type : {asio::cancellation_type::total, asio::cancellation_type::partial,
                            asio::cancellation_type::terminal}) {
        asio::io_context context;
        asio::cancellation_signal signal;
        std::exception_ptr error;
        std::size_t children = 99;
        device::async_wait_until_free(
            context.get_executor(), {file}, {},
            asio::bind_cancellation_slot(
                signal.slot(),
                [&](std::exception_ptr told, const std::vector<device::WaitResult>&) {
                    error = told;
                    children = test::holdings().children;
                }));
        while (!std::filesystem::exists(scratch.path() / "begun")) context.run_one_for(1ms);
        std::filesystem::remove(scratch.path() / "begun");
        signal.emit(type);
        context.run();
        BOOST_REQUIRE(error);
        BOOST_CHECK_EXCEPTION(
            std::rethrow_exception(error), boost::system::system_error,
            [](const auto& thrown) { return thrown.code() == asio::error::operation_aborted; });
        BOOST_TEST(children == 0U);
    }
}

BOOST_AUTO_TEST_CASE(a_timer_on_the_same_context_ticks_on_while_fuser_runs) {
    const auto fifo = scratch.path() / "fifo";
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    const int writer = ::open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    const test::FakeFuser fake(scratch, "read line < '" + fifo.string() + "'; exit 1");
    asio::io_context context;
    int ticks_at_end = 0;
    const test::Ticker ticker(context, writer);
    device::async_wait_until_free(
        context.get_executor(), {file}, {.check_device_probe_timeout = 60s},
        [&](std::exception_ptr error, const std::vector<device::WaitResult>& results) {
            BOOST_TEST(!error);
            BOOST_TEST(results.at(0).report.state == State::free);
            ticks_at_end = ticker.ticks();
        });
    context.run();
    ::close(writer);
    BOOST_TEST(ticks_at_end == 100);
}

BOOST_AUTO_TEST_CASE(two_hundred_waits_leave_no_descriptor_no_zombie_and_no_thread) {
    const test::FakeFuser fake(scratch, "exit 1");  // a real one takes its time at each of them
    asio::io_context context;
    int free = 0;
    auto main = [&]() -> asio::awaitable<void> {
        const std::vector<std::filesystem::path> devices{file};
        for (int i = 0; i < 200; ++i) {
            const auto results =
                co_await device::async_wait_until_free(context.get_executor(), devices);
            free += results.at(0).report.state == State::free ? 1 : 0;
        }
    };
    asio::co_spawn(context, main, asio::detached);
    context.run();
    BOOST_TEST(free == 200);
}

BOOST_AUTO_TEST_SUITE_END()
