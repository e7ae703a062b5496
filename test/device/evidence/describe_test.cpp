#include <boost/test/unit_test.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <sstream>

using namespace loopingcall::device;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(description)

BOOST_AUTO_TEST_CASE(each_state_is_described_in_one_sentence) {
    WaitResult result{
        .report = {.device = "/dev/sda", .state = State::free}, .checks = 1, .elapsed = 12ms};
    BOOST_TEST(describe(result) == "/dev/sda is free, after 1 check in 0.012 s");

    result.report.uninspected_processes = 1;
    BOOST_TEST(describe(result) ==
               "/dev/sda is free as far as can be seen (1 process could not be inspected), after 1 "
               "check in 0.012 s");

    result.report.state = State::busy;
    result.report.holders = {{.pid = 12, .command = "dd", .user = "root"}, {.pid = 13}};
    result.checks = 20;
    BOOST_TEST(describe(result) ==
               "/dev/sda is busy: held by 12 (dd, root), 13 (ended), after 20 checks in 0.012 s");

    result.report.state = State::unknown;
    result.report.reason = "no such device";
    BOOST_TEST(describe(result) ==
               "/dev/sda: state unknown after 20 checks in 0.012 s: no such device");
}

BOOST_AUTO_TEST_CASE(claims_of_the_kernel_are_described_before_holders) {
    const Report report{.device = "/dev/sda",
                        .state = State::busy,
                        .holders = {{.pid = 12, .command = "dd", .user = "root"}},
                        .claims = {{ClaimKind::mount, "/mnt/a\nb", "/dev/sda1"},
                                   {ClaimKind::swap, "/dev/sda", "/dev/sda"},
                                   {ClaimKind::holder, "dm-0 (vg-root)", "/dev/sda"},
                                   {ClaimKind::loop, "/dev/loop0", "/dev/sda"},
                                   {ClaimKind::exclusive, "", "/dev/sda"}}};
    BOOST_TEST(
        describe({.report = report, .checks = 2, .elapsed = 1s}) ==
        "/dev/sda is busy: /dev/sda1 mounted on /mnt/a\\nb, swap, held by dm-0 (vg-root), "
        "the backing file of /dev/loop0, opened exclusively by something that cannot be seen; "
        "held by 12 (dd, root), after 2 checks in 1.000 s");
}

BOOST_AUTO_TEST_CASE(each_kind_of_claim_and_each_probe_has_its_name) {
    std::ostringstream names;
    for (const auto kind : {ClaimKind::mount, ClaimKind::swap, ClaimKind::holder, ClaimKind::loop,
                            ClaimKind::exclusive, ClaimKind::hidden}) {
        names << kind << ' ';
    }
    for (const auto probe : {Probe::fuser, Probe::lsof, Probe::procfs}) {
        names << to_string(probe) << ' ';
    }
    BOOST_TEST(names.str() == "mount swap holder loop exclusive hidden fuser lsof procfs ");
}

BOOST_AUTO_TEST_CASE(the_worst_of_several_devices_is_busy_before_unknown_before_free) {
    const WaitResult free{.report = {.state = State::free}};
    const WaitResult busy{.report = {.state = State::busy}};
    const WaitResult unknown{.report = {.state = State::unknown}};
    BOOST_TEST(worst_state({free, free}) == State::free);
    BOOST_TEST(worst_state({free, unknown}) == State::unknown);
    BOOST_TEST(worst_state({unknown, busy, free}) == State::busy);
}

BOOST_AUTO_TEST_SUITE_END()
