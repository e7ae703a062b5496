#include "device/conclude.hpp"

#include <boost/test/unit_test.hpp>

using namespace loopingcall::device;
using detail::Evidence;
using detail::ProcessScan;

namespace {

ProcessScan nobody() { return {.holders = {{}}}; }

/// Nobody was found by anything.
Evidence clean() { return {.probe = {.state = State::free}, .scan = nobody()}; }

}  // namespace

BOOST_AUTO_TEST_SUITE(conclude)

BOOST_AUTO_TEST_CASE(nobody_anywhere_is_free_also_if_strict) {
    for (const bool strict : {false, true}) {
        BOOST_TEST(detail::conclude(clean(), strict).state == State::free);
    }
}

BOOST_AUTO_TEST_CASE(a_holder_or_a_claim_is_busy_whatever_else_is_not_known) {
    Evidence held = clean();
    held.scan->holders[0].push_back({.pid = 7});
    held.scan->blind_spot = "this is a container";
    BOOST_TEST(detail::conclude(held, true).state == State::busy);
    BOOST_TEST(detail::conclude(held, true).holders.size() == 1U);
    BOOST_TEST(detail::conclude(held, true).reason.empty());

    Evidence claimed{.probe = {.reason = "fuser is missing"},
                     .claims = {{ClaimKind::mount, "/mnt", "/dev/sda1"}}};
    BOOST_TEST(detail::conclude(claimed, true).state == State::busy);
}

BOOST_AUTO_TEST_CASE(a_probe_that_proved_nothing_is_unknown_with_its_reason) {
    const Report report = detail::conclude({.probe = {.reason = "fuser is missing"}}, false);
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "fuser is missing");
}

BOOST_AUTO_TEST_CASE(without_our_own_scan_nothing_is_free) {
    BOOST_TEST(detail::conclude({.probe = {.state = State::free}}, false).state == State::unknown);
    Evidence no_proc = clean();
    no_proc.scan->problem = "/proc cannot be read";
    BOOST_TEST(detail::conclude(no_proc, false).reason == "/proc cannot be read");
}

BOOST_AUTO_TEST_CASE(processes_out_of_sight_are_unknown_and_what_to_do_is_told) {
    Evidence container = clean();
    container.scan->blind_spot = "run on the host";
    const Report report = detail::conclude(container, false);
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "run on the host");
}

BOOST_AUTO_TEST_CASE(processes_that_could_not_be_inspected_are_counted_and_doubted) {
    Evidence partial = clean();
    partial.scan->uninspected = {1, 77};
    const Report as_root = detail::conclude(partial, false);
    BOOST_TEST(as_root.state == State::free);
    BOOST_TEST(as_root.uninspected_processes == 2U);

    const Report strict = detail::conclude(partial, true);
    BOOST_TEST(strict.state == State::unknown);
    BOOST_TEST(strict.reason == "2 processes could not be inspected, and may hold it");

    partial.as_root = false;
    const Report as_user = detail::conclude(partial, false);
    BOOST_TEST(as_user.state == State::unknown);
    BOOST_TEST(as_user.reason ==
               "2 processes could not be inspected, and may hold it; run as root, or set "
               "root_helper");
}

BOOST_AUTO_TEST_CASE(descriptors_in_flight_are_doubted_if_strict) {
    Evidence flying = clean();
    flying.scan->in_flight = 1;
    BOOST_TEST(detail::conclude(flying, false).state == State::free);
    BOOST_TEST(detail::conclude(flying, true).reason ==
               "1 descriptor is on the way through a socket, and may be of it");
}

BOOST_AUTO_TEST_CASE(a_holder_that_both_have_found_is_told_once) {
    Evidence both = clean();
    both.probe.holders.push_back({.pid = 7, .command = "dd"});
    both.scan->holders[0] = {{.pid = 7}, {.pid = 8}};
    const Report report = detail::conclude(both, false);
    BOOST_TEST(report.holders.size() == 2U);
    BOOST_TEST(report.holders[0].command == "dd");
}

BOOST_AUTO_TEST_SUITE_END()
