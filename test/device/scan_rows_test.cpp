// What a scan of /proc sees of a process, with each probe: the whole answer.
#include "scan_rows.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "support/child.hpp"
#include "support/io_uring.hpp"
#include "support/loop_disk.hpp"
#include "waiting.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::Probe;
using device::Seen;
using device::State;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

bool has_io_uring() {
    const int ring = test::make_ring();
    if (ring >= 0) ::close(ring);
    return ring >= 0;
}

const device::EvidenceItem& item(const device::Report& report, const std::string& source) {
    const auto found = std::find_if(report.evidence.begin(), report.evidence.end(),
                                    [&](const auto& one) { return one.source == source; });
    BOOST_REQUIRE(found != report.evidence.end());
    return *found;
}

void expect_busy(const device::Report& report, const test::ScanRow& row, pid_t pid) {
    BOOST_TEST(report.reason.empty());
    for (const device::Claim& claim : report.claims) {
        BOOST_TEST(claim.kind == device::ClaimKind::lock);  // the holder's own
    }
    BOOST_REQUIRE(report.holders.size() == 1U);
    const device::Holder& holder = report.holders.front();
    BOOST_TEST(holder.pid == pid);
    BOOST_TEST(!holder.command.empty());
    BOOST_TEST(!holder.user.empty());
    BOOST_TEST(holder.access == std::vector<std::string>{row.access},
               boost::test_tools::per_element());
}

void expect_free(const device::Report& report) {
    BOOST_TEST(report.reason.empty(), report.reason);
    BOOST_TEST(report.claims.empty());
    BOOST_TEST(report.holders.empty());
    for (const device::EvidenceItem& one : report.evidence) {
        if (one.source == "refusals" || one.source == "in_flight") continue;  // the machine's
        BOOST_TEST_CONTEXT(one.source << ": " << one.detail) {
            BOOST_TEST((one.seen == Seen::nobody || one.seen == Seen::not_applicable));
        }
    }
}

void expect_unknown(const device::Report& report, const test::ScanRow& row, pid_t pid) {
    BOOST_TEST(report.claims.empty());
    BOOST_TEST(report.holders.empty());
    BOOST_TEST(report.reason.find("process " + std::to_string(pid)) != std::string::npos,
               report.reason);
    BOOST_TEST(item(report, row.source).seen == Seen::not_inspected);
}

struct ScanRows : test::Waiting {
    test::LoopDisk disk{file, 8};

    device::Report check(Probe probe) const {
        return wait_for(disk.path(), {.check_device_max_retries = 1, .check_device_probe = probe})
            .report;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(scan_rows, ScanRows)

BOOST_AUTO_TEST_CASE(every_probe_sees_what_a_process_has_to_do_with_a_device) {
    if (!disk.attached()) {
        BOOST_TEST_MESSAGE("skipped: no loop device here (needs root)");
        return;
    }
    int number = 0;
    for (const test::ScanRow& row : test::scan_rows()) {
        if (row.name.find("io_uring") != std::string::npos && !has_io_uring()) {
            BOOST_TEST_MESSAGE("skipped: " << row.name << " (no io_uring here)");
            continue;
        }
        const test::Place place{disk.path(), scratch.path() / std::to_string(++number)};
        std::filesystem::create_directory(place.scratch);
        const test::Child child([&] { return row.prepare(place); }, row.first_thread_ends);
        BOOST_TEST_CONTEXT(row.name) {
            BOOST_REQUIRE(child.prepared());
            for (const Probe probe : probes) {
                BOOST_TEST_CONTEXT("asked " << to_string(probe)) {
                    const device::Report report = check(probe);
                    BOOST_TEST(report.state == row.state,
                               device::describe(device::WaitResult{.report = report}));
                    if (report.state != row.state) continue;
                    if (row.state == State::busy) expect_busy(report, row, child.pid());
                    if (row.state == State::free) expect_free(report);
                    if (row.state == State::unknown) expect_unknown(report, row, child.pid());
                }
            }
            if (row.state == State::busy) {
                BOOST_TEST(item(check(Probe::procfs), row.source).seen == Seen::somebody);
            }
        }
    }
    expect_free(check(Probe::procfs));
}

BOOST_AUTO_TEST_CASE(a_strict_check_doubts_what_any_user_may_hide_in_an_io_uring) {
    if (!disk.attached() || !has_io_uring()) return;
    const test::Place place{disk.path(), scratch.path() / "strict"};
    std::filesystem::create_directory(place.scratch);
    const auto rows = test::scan_rows();
    const auto row = std::find_if(rows.begin(), rows.end(), [](const test::ScanRow& one) {
        return one.name == "a removed file is registered with an io_uring by an ordinary user";
    });
    BOOST_REQUIRE(row != rows.end());
    const test::Child child([&] { return row->prepare(place); });
    BOOST_REQUIRE(child.prepared());
    const device::Report loose = check(Probe::procfs);
    BOOST_TEST(loose.state == State::free, loose.reason);
    BOOST_TEST(loose.uninspected_processes >= 1U);
    const std::string named = std::to_string(child.pid()) + " (";
    BOOST_TEST(item(loose, "refusals").detail.find(named) != std::string::npos);
    const auto strict = wait_for(disk.path(), {.check_device_max_retries = 1,
                                               .check_device_probe = Probe::procfs,
                                               .check_device_strict = true})
                            .report;
    BOOST_TEST(strict.state == State::unknown);
}

/// The device is always held by one process of the chain, which lives for a moment.
BOOST_AUTO_TEST_CASE(a_holder_that_forks_and_ends_does_not_slip_through) {
    if (!disk.attached()) return;
    const test::Child chain([&] {
        return test::start_chain(
            [&] { return ::open(disk.path().c_str(), O_RDWR | O_CLOEXEC) >= 0; });
    });
    BOOST_REQUIRE(chain.prepared());
    int named = 0;
    int checks = 0;
    for (; checks < 8 || (named == 0 && checks < 40); ++checks) {
        const device::Report report = check(checks % 4 == 0 ? Probe::fuser : Probe::procfs);
        BOOST_TEST(report.state != State::free);
        if (report.state == State::busy) ++named;
    }
    BOOST_TEST_MESSAGE("the holder was named in " << named << " of " << checks << " checks");
    BOOST_TEST(named > 0);
}

BOOST_AUTO_TEST_CASE(an_ignored_process_does_not_count_and_another_with_its_pid_does) {
    if (!disk.attached()) return;
    test::Child holder([&] { return ::open(disk.path().c_str(), O_RDWR | O_CLOEXEC) >= 0; });
    for (const Probe probe : probes) {
        BOOST_TEST_CONTEXT(to_string(probe)) {
            const auto report = wait_for(disk.path(), {.check_device_max_retries = 1,
                                                       .check_device_probe = probe,
                                                       .ignored_pids = {holder.pid()}})
                                    .report;
            BOOST_TEST(report.state == State::free, report.reason);
            expect_free(report);
            BOOST_TEST(item(report, "process_list").detail ==
                       std::to_string(holder.pid()) + " is ignored");
            const test::Child other(
                [&] { return ::open(disk.path().c_str(), O_RDWR | O_CLOEXEC) >= 0; });
            const auto both = wait_for(disk.path(), {.check_device_max_retries = 1,
                                                     .check_device_probe = probe,
                                                     .ignored_pids = {holder.pid()}})
                                  .report;
            BOOST_TEST(both.state == State::busy);
            BOOST_REQUIRE(both.holders.size() == 1U);
            BOOST_TEST(both.holders.front().pid == other.pid());
        }
    }
    BOOST_CHECK_THROW(std::rethrow_exception(wait({disk.path()}, {.ignored_pids = {0}}).error),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
