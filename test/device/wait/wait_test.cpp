#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

#include "device/waiting.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::State;

namespace {

/// A process of its own that holds a file open until release().
class Holder {
  public:
    explicit Holder(const std::filesystem::path& file) {
        int ready[2];
        int release[2];
        BOOST_REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
        BOOST_REQUIRE(::pipe2(release, O_CLOEXEC) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            char byte = 0;
            const int held = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
            ::close(release[1]);
            (void)!::write(ready[1], "x", 1);
            (void)!::read(release[0], &byte, 1);
            ::_exit(held < 0 ? 1 : 0);
        }
        char byte = 0;
        BOOST_REQUIRE(::read(ready[0], &byte, 1) == 1);
        for (const int end : {ready[0], ready[1], release[0]}) ::close(end);
        release_ = release[1];
    }
    ~Holder() { release(); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }

    void release() {
        if (release_ < 0) return;
        ::close(std::exchange(release_, -1));
        BOOST_TEST(::waitpid(pid_, nullptr, 0) == pid_);
    }

  private:
    pid_t pid_ = -1;
    int release_ = -1;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(waits, test::Waiting)

BOOST_AUTO_TEST_CASE(a_free_file_is_answered_by_one_check) {
    const auto result = wait_for(file, {});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(result.checks == 1U);
    BOOST_TEST(result.report.device == file);
}

BOOST_AUTO_TEST_CASE(what_only_this_process_maps_is_free) {
    const auto mapped = scratch.file("mapped", "text");
    const int opened = ::open(mapped.c_str(), O_RDONLY | O_CLOEXEC);
    void* const memory = ::mmap(nullptr, 4, PROT_READ, MAP_PRIVATE, opened, 0);
    ::close(opened);
    BOOST_REQUIRE(memory != MAP_FAILED);
    for (const auto& path : {mapped, std::filesystem::read_symlink("/proc/self/exe")}) {
        const auto result = wait_for(
            path, {.check_device_max_retries = 1, .check_device_probe = device::Probe::procfs});
        BOOST_TEST((result.report.state == State::free), describe(result));
    }
    ::munmap(memory, 4);
}

BOOST_AUTO_TEST_CASE(a_held_file_is_checked_exactly_so_often_and_the_holder_is_named) {
    const Holder holder(file);
    std::vector<loopingcall::TimePoint> planned;
    const auto result = wait_for(file, {.check_device_interval = 50ms,
                                        .check_device_max_retries = 3,
                                        .on_check = [&](const device::Check& check) {
                                            BOOST_TEST(check.number == planned.size() + 1);
                                            BOOST_TEST(check.max_retries == 3U);
                                            BOOST_TEST(check.report.state == State::busy);
                                            planned.push_back(check.next);
                                        }});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(result.checks == 3U);
    BOOST_TEST((result.elapsed >= 100ms));  // two intervals: none after the last check
    BOOST_REQUIRE(result.report.holders.size() == 1U);
    BOOST_TEST(result.report.holders[0].pid == holder.pid());
    BOOST_TEST(result.report.holders[0].command == "test_device");
    BOOST_TEST(!result.report.holders[0].user.empty());
    BOOST_TEST(result.report.holders[0].path == file);
}

BOOST_AUTO_TEST_CASE(a_holder_that_leaves_after_the_second_check_gives_three_checks) {
    Holder holder(file);
    const auto result =
        wait_for(file, {.check_device_interval = 20ms, .on_check = [&](const device::Check& check) {
                            if (check.number == 2) holder.release();
                        }});
    BOOST_TEST(result.report.state == State::free);
    BOOST_TEST(result.checks == 3U);
}

BOOST_AUTO_TEST_CASE(a_missing_device_fails_at_once_with_its_reason) {
    const auto result = wait_for("/no/such/device", {});
    BOOST_TEST(result.report.state == State::unknown);
    BOOST_TEST(result.report.reason == "no such device");
    BOOST_TEST(result.checks == 1U);
}

BOOST_AUTO_TEST_CASE(a_loop_of_symbolic_links_is_reported_and_not_followed) {
    std::filesystem::create_symlink(scratch.path() / "b", scratch.path() / "a");
    std::filesystem::create_symlink(scratch.path() / "a", scratch.path() / "b");
    const auto result = wait_for(scratch.path() / "a", {});
    BOOST_TEST(result.report.reason == "Too many levels of symbolic links");
}

BOOST_AUTO_TEST_CASE(a_symbolic_link_is_resolved_and_odd_names_work) {
    const auto odd = scratch.file("-a \"b\"\n\xC3\xA9:tcp");
    const auto link = scratch.path() / "link";
    std::filesystem::create_symlink(odd, link);
    const Holder holder(odd);
    for (const std::filesystem::path& path : {odd, link}) {
        const auto result = wait_for(path, {.check_device_max_retries = 1});
        BOOST_TEST(result.report.state == State::busy);
        BOOST_TEST(result.report.device == path);
        BOOST_TEST(result.report.holders.at(0).path == odd);
    }
}

BOOST_AUTO_TEST_CASE(the_timeout_ends_a_wait_that_retries_would_go_on) {
    const Holder holder(file);
    const auto result = wait_for(file, {.check_device_interval = 20ms,
                                        .check_device_max_retries = 1'000'000,
                                        .check_device_timeout = 1s});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST((result.elapsed >= 1s));
}

BOOST_AUTO_TEST_CASE(a_timeout_of_zero_checks_once) {
    const Holder holder(file);
    const auto result = wait_for(file, {.check_device_timeout = 0ms});
    BOOST_TEST(result.report.state == State::busy);
    BOOST_TEST(result.checks == 1U);
}

BOOST_AUTO_TEST_CASE(several_devices_are_waited_for_independently) {
    Holder holder(file);
    const auto other = scratch.file("other");
    std::vector<std::uint64_t> planned;  // those of early wakes cost no retry
    std::uint64_t checks = 0;
    const auto waited =
        wait({other, file, "/no/such/device"},
             {.check_device_interval = 20ms, .on_check = [&](const device::Check& check) {
                  if (check.report.device != file) return;
                  ++checks;
                  if (!check.early_wake) planned.push_back(check.number);
                  if (check.number == 3) holder.release();
              }});
    BOOST_REQUIRE(waited.results.size() == 3U);
    BOOST_TEST(waited.results[0].report.state == State::free);
    BOOST_TEST(waited.results[0].checks == 1U);
    BOOST_TEST(waited.results[1].report.state == State::free);
    BOOST_TEST(waited.results[1].checks == checks);
    // The end of the holder is noticed by an early wake, or by the next check.
    const std::vector<std::uint64_t> numbers{1, 2, 3, 4};
    BOOST_REQUIRE((planned.size() == 3U || planned.size() == 4U));
    BOOST_TEST(std::equal(planned.begin(), planned.end(), numbers.begin()));
    BOOST_TEST(waited.results[2].report.state == State::unknown);
    BOOST_TEST(device::worst_state(waited.results) == State::unknown);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
    for (const device::WaitOptions& options :
         {device::WaitOptions{.check_device_interval = -1ns},
          device::WaitOptions{.check_device_max_retries = 0},
          device::WaitOptions{.check_device_timeout = -1s},
          device::WaitOptions{.check_device_probe_timeout = 0s}}) {
        const auto waited = wait({file}, options);
        BOOST_REQUIRE(waited.error);
        BOOST_CHECK_THROW(std::rethrow_exception(waited.error), std::invalid_argument);
    }
}

BOOST_AUTO_TEST_CASE(what_the_observer_throws_ends_the_wait) {
    const auto waited = wait({file}, {.on_check = [](const device::Check&) { throw 7; }});
    BOOST_REQUIRE(waited.error);
    BOOST_CHECK_THROW(std::rethrow_exception(waited.error), int);
}

// The signal is free to go when the wait is over, even with a cancellation that is on its way.
BOOST_AUTO_TEST_CASE(a_cancellation_may_come_before_any_step_and_its_signal_go_with_the_wait) {
    bool ended_by_itself = false;
    for (int step = 0; !ended_by_itself; ++step) {
        asio::io_context context(1);
        auto signal = std::make_unique<asio::cancellation_signal>();
        int times = 0;
        device::async_wait_until_free(
            context.get_executor(), {file}, {.check_device_probe = device::Probe::procfs},
            asio::bind_cancellation_slot(
                signal->slot(),
                [&](const std::exception_ptr&, const std::vector<device::WaitResult>&) {
                    ++times;
                    signal.reset();
                }));
        for (int i = 0; i < step && times == 0; ++i) context.run_one();
        ended_by_itself = times != 0;
        if (signal) signal->emit(asio::cancellation_type::total);
        context.run();
        BOOST_TEST(times == 1);
    }
}

BOOST_AUTO_TEST_CASE(a_pool_of_threads_can_run_waits) {
    asio::thread_pool pool(2);
    std::atomic<int> free = 0;
    std::mutex mutex;
    std::vector<std::string> others;
    for (int i = 0; i < 20; ++i) {
        device::async_wait_until_free(
            pool.get_executor(), {file, file}, {},
            [&](std::exception_ptr, const std::vector<device::WaitResult>& results) {
                free += device::worst_state(results) == State::free ? 1 : 0;
                for (const auto& result : results) {
                    if (result.report.state == State::free) continue;
                    const std::scoped_lock lock(mutex);
                    others.push_back(describe(result));
                }
            });
    }
    pool.join();
    for (const std::string& other : others) BOOST_ERROR(other);
    BOOST_TEST(free == 20);
}

BOOST_AUTO_TEST_SUITE_END()
