// Devices that are in use by turns, so that there is always one that is, end the wait in time.
#include <fcntl.h>

#include <memory>
#include <string>
#include <vector>

#include "device/waiting.hpp"
#include "support/child.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::State;

namespace {

/// Ten checks, so that the last one is made after nine intervals: 450 ms.
constexpr auto interval = 50ms;
constexpr std::uint64_t checks = 10;
/// For a wait that does not end.
constexpr auto backstop = 20s;

struct Row {
    const char* name;
    std::size_t devices;
    /// The checks that find one in use, before it is the turn of the next.
    unsigned turn;
    std::chrono::milliseconds quiet = 0ms;
    bool early_wake = true;
};

constexpr Row rows[] = {
    {"two, by quick turns", 2, 1},
    {"two, by slow turns", 2, 4},
    {"three, by quick turns", 3, 1},
    {"three, by slow turns", 3, 4},
    {"two, by quick turns, without early wakes", 2, 1, 0ms, false},
    {"two, by slow turns, without early wakes", 2, 4, 0ms, false},
    {"two, with a quiet period", 2, 1, 20ms},
    {"two, with a long quiet period", 2, 2, 120ms},
    {"three, with a quiet period, without early wakes", 3, 1, 20ms, false},
    {"one, with a quiet period", 1, 1, 1000ms},
    {"one, with a quiet period, without early wakes", 1, 1, 1000ms, false},
};

/// Holds the next file before it lets go of the one before; a single one, and then nothing.
class Turns {
  public:
    Turns(std::vector<std::filesystem::path> files, unsigned turn)
        : files_(std::move(files)), turn_(turn), holder_(hold(files_.front())) {}

    void checked(const device::Check& check) {
        if (files_.size() == 1) {
            if (check.report.state == State::busy) holder_.reset();
            if (check.report.state == State::free) holder_ = hold(files_.front());
        } else if (check.report.device == files_[held_] && check.report.state == State::busy) {
            if (++seen_ % turn_ != 0) return;
            held_ = (held_ + 1) % files_.size();
            holder_ = hold(files_[held_]);
        }
    }

  private:
    static std::unique_ptr<test::Child> hold(const std::filesystem::path& path) {
        return std::make_unique<test::Child>(
            [&] { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
    }

    std::vector<std::filesystem::path> files_;
    unsigned turn_;
    std::size_t held_ = 0;
    unsigned seen_ = 0;
    std::unique_ptr<test::Child> holder_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(turns, test::Waiting)

BOOST_AUTO_TEST_CASE(devices_in_use_by_turns_are_given_up_when_the_checks_are_over) {
    for (const Row& row : rows) {
        std::vector<std::filesystem::path> files;
        for (std::size_t i = 0; i < row.devices; ++i) {
            files.push_back(scratch.file("turn" + std::to_string(i)));
        }
        Turns held(files, row.turn);
        std::uint64_t largest = 0;
        const auto waited = wait(files, {.check_device_interval = interval,
                                         .check_device_max_retries = checks,
                                         .check_device_timeout = backstop,
                                         .check_device_probe = device::Probe::procfs,
                                         .check_device_quiet = row.quiet,
                                         .check_device_early_wake = row.early_wake,
                                         .on_check = [&](const device::Check& check) {
                                             largest = std::max(largest, check.number);
                                             held.checked(check);
                                         }});
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_REQUIRE(!waited.error);
            BOOST_TEST(largest <= checks);
            // In a quiet period, an opening may be the last that counts.
            if (row.quiet == 0ms) BOOST_TEST(largest == checks);
            const State worst = device::worst_state(waited.results);
            BOOST_TEST((worst == State::busy || (row.quiet > 0ms && worst == State::unknown)));
            for (const auto& result : waited.results) {
                BOOST_TEST((result.elapsed < backstop / 4), describe(result));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
