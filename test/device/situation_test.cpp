// Each way of using a device, and each probe: the same state.
#include "situation.hpp"

#include <algorithm>

#include "waiting.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::Probe;
using device::State;

namespace {

constexpr Probe probes[] = {Probe::fuser, Probe::lsof, Probe::procfs};

bool names(const device::Report& report, pid_t pid) {
    return std::any_of(report.holders.begin(), report.holders.end(),
                       [&](const device::Holder& holder) { return holder.pid == pid; });
}

bool names(const device::Report& report, device::ClaimKind kind) {
    return std::any_of(report.claims.begin(), report.claims.end(),
                       [&](const device::Claim& claim) { return claim.kind == kind; });
}

void expect_busy(const test::Situation& situation, const device::Report& report) {
    BOOST_TEST(report.state == State::busy, report.reason);
    BOOST_TEST(report.reason.empty());
    if (situation.holder()) BOOST_TEST(names(report, *situation.holder()));
    if (situation.claim()) BOOST_TEST(names(report, *situation.claim()));
    if (!situation.claim()) BOOST_TEST(report.claims.empty());
    for (const device::Holder& holder : report.holders) {
        BOOST_TEST(!holder.user.empty());
        BOOST_TEST(!holder.command.empty());
        BOOST_TEST(holder.since.has_value());
        BOOST_TEST(!holder.path.empty());
    }
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(situation, test::Waiting)

BOOST_AUTO_TEST_CASE(a_device_in_use_is_busy_for_every_probe) {
    for (const test::NamedSituation& named : test::situations()) {
        const auto situation = named.make();
        if (situation->device().empty()) {
            BOOST_TEST_MESSAGE("skipped: " << named.name << " (cannot be made here; needs root)");
            continue;
        }
        for (const Probe probe : probes) {
            BOOST_TEST_CONTEXT(named.name << ", asked " << to_string(probe)) {
                const auto result = wait_for(situation->device(), {.check_device_max_retries = 1,
                                                                   .check_device_probe = probe});
                expect_busy(*situation, result.report);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
