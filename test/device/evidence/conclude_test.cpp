#include "device/evidence/conclude.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <random>

#include "device/check/scan_evidence.hpp"

using namespace loopingcall::device;
using namespace loopingcall::device::detail;

namespace {

constexpr ObjectKind kinds[] = {ObjectKind::whole_disk,   ObjectKind::partition,
                                ObjectKind::regular_file, ObjectKind::directory,
                                ObjectKind::other,        ObjectKind::mounted_file_system};

/// No source has found a use.
EvidenceTable clean(ObjectKind kind = ObjectKind::whole_disk) {
    EvidenceTable table{.kind = kind};
    for (const SourceRow& row : sources()) {
        if (row.applies_to(kind)) table.add(nobody(row.source));
    }
    return table;
}

EvidenceTable without(EvidenceTable table, Source source) {
    std::erase_if(table.answers, [&](const Answer& one) { return one.source == source; });
    return table;
}

Rights all_rights() { return {.capabilities = ~0ULL, .in_first_user_namespace = true}; }

/// The conclusion from a scan that found no holder.
EvidenceTable scanned(const ProcessScan& scan, const Rights& rights = all_rights()) {
    EvidenceTable table = clean();
    for (const Source source :
         {Source::process_list, Source::descriptors, Source::mappings, Source::threads,
          Source::io_uring, Source::in_flight, Source::refusals}) {
        table = without(table, source);
    }
    add_scan(table, scan, rights);
    return table;
}

std::string detail_of(const Report& report, const std::string& source) {
    for (const EvidenceItem& item : report.evidence) {
        if (item.source == source) return std::string(to_string(item.seen)) + ": " + item.detail;
    }
    return "no such source";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(conclude)

BOOST_AUTO_TEST_CASE(each_source_that_shows_no_use_proves_a_free_device) {
    for (const ObjectKind kind : kinds) {
        BOOST_TEST(detail::conclude(clean(kind), true).state == State::free);
        BOOST_TEST(detail::conclude(clean(kind), true).evidence.size() == sources().size());
    }
}

BOOST_AUTO_TEST_CASE(a_source_without_an_answer_prevents_a_free_state_and_is_named) {
    for (const ObjectKind kind : kinds) {
        for (const SourceRow& row : sources()) {
            BOOST_TEST_CONTEXT(row.name) {
                const EvidenceTable table = without(clean(kind), row.source);
                const Report strict = detail::conclude(table, true);
                const Report loose = detail::conclude(table, false);
                const bool applies = row.applies_to(kind);
                const bool always = row.weight == Weight::always;
                BOOST_TEST((strict.state == State::unknown) == applies);
                BOOST_TEST((loose.state == State::unknown) == (applies && always));
                if (applies) BOOST_TEST(strict.reason.starts_with(row.name));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_holder_or_a_claim_is_busy_whatever_else_is_not_known) {
    EvidenceTable held{.kind = ObjectKind::whole_disk};
    held.add(answer(Source::descriptors, std::vector<Holder>{{.pid = 7}}));
    held.add(not_inspected(Source::process_list, "this is a container"));
    BOOST_TEST(detail::conclude(held, true).state == State::busy);
    BOOST_TEST(detail::conclude(held, true).holders.size() == 1U);
    BOOST_TEST(detail::conclude(held, true).reason.empty());
    BOOST_TEST(detail_of(detail::conclude(held, true), "descriptors") == "somebody: held by 7");

    EvidenceTable claimed = without(clean(), Source::probe);
    claimed.add(not_inspected(Source::probe, "fuser is missing"));
    claimed.add(
        answer(Source::mounts, std::vector<Claim>{{ClaimKind::mount, "/mnt", "/dev/sda1"}}));
    BOOST_TEST(detail::conclude(claimed, false).state == State::busy);
    BOOST_TEST(detail_of(detail::conclude(claimed, false), "mounts") ==
               "somebody: mounted on /mnt");
}

BOOST_AUTO_TEST_CASE(of_several_answers_of_a_source_the_worst_counts) {
    EvidenceTable table = clean();
    table.add(not_inspected(Source::mounts, "/proc is not mounted"));
    table.add(nobody(Source::mounts));
    const Report report = detail::conclude(table, false);
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "/proc is not mounted");
}

BOOST_AUTO_TEST_CASE(the_first_source_that_is_missing_gives_the_reason) {
    EvidenceTable table = without(without(clean(), Source::probe), Source::mounts);
    table.add(not_inspected(Source::mounts, "/proc is not mounted"));
    table.add(not_inspected(Source::probe, "fuser is missing"));
    const Report report = detail::conclude(table, false);
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "fuser is missing");
}

BOOST_AUTO_TEST_CASE(a_scan_that_failed_or_is_blind_proves_nothing) {
    const Report failed =
        detail::conclude(scanned({.targets = {{}}, .problem = "/proc cannot be read"}), false);
    BOOST_TEST(failed.state == State::unknown);
    BOOST_TEST(failed.reason == "/proc cannot be read");
    const Report container =
        detail::conclude(scanned({.targets = {{}}, .blind_spot = "run on the host"}), false);
    BOOST_TEST(container.state == State::unknown);
    BOOST_TEST(container.reason == "run on the host");
}

BOOST_AUTO_TEST_CASE(processes_that_could_not_be_inspected_are_counted_and_doubted) {
    const ProcessScan partial{
        .targets = {{}}, .gaps = {{.pid = 1, .is_refusal = true}, {.pid = 77, .is_refusal = true}}};
    const Report as_root = detail::conclude(scanned(partial), false);
    BOOST_TEST(as_root.state == State::free);
    BOOST_TEST(as_root.uninspected_processes == 2U);

    const Report strict = detail::conclude(scanned(partial), true);
    BOOST_TEST(strict.state == State::unknown);
    BOOST_TEST(strict.reason == "2 processes could not be inspected and may hold the device");

    for (const Rights& rights :
         {Rights{}, Rights{.capabilities = ~0ULL}, Rights{.in_first_user_namespace = true}}) {
        const Report as_user = detail::conclude(scanned(partial, rights), false);
        BOOST_TEST(as_user.state == State::unknown);
        BOOST_TEST(as_user.reason ==
                   "2 processes could not be inspected and may hold the device; run as root or set "
                   "root_helper");
    }
}

BOOST_AUTO_TEST_CASE(descriptors_in_flight_are_doubted_if_strict) {
    const ProcessScan flying{.targets = {{}}, .in_flight = 1};
    BOOST_TEST(detail::conclude(scanned(flying), false).state == State::free);
    BOOST_TEST(detail::conclude(scanned(flying), true).reason ==
               "1 descriptor is on the way through a socket and may be of the device");
}

BOOST_AUTO_TEST_CASE(a_scan_that_went_no_deeper_than_descriptors_proves_only_a_holder) {
    const Report report = detail::conclude(scanned({.targets = {{}}, .is_shallow = true}), false);
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(detail_of(report, "mappings") == "not inspected: not needed");
}

BOOST_AUTO_TEST_CASE(a_holder_that_both_have_found_is_reported_once) {
    EvidenceTable both = clean();
    both.add(answer(Source::probe, std::vector<Holder>{{.pid = 7, .command = "dd"}}));
    both.add(answer(Source::descriptors, std::vector<Holder>{{.pid = 7}, {.pid = 8}}));
    const Report report = detail::conclude(both, false);
    BOOST_TEST(report.holders.size() == 2U);
    BOOST_TEST(report.holders[0].command == "dd");
}

/// Whatever else a table says: with one source missing, or with a use in it, it is never free.
BOOST_AUTO_TEST_CASE(no_random_table_with_a_gap_or_a_use_is_free) {
    std::mt19937 random(20260101);  // NOLINT: the same tables each time
    const auto pick = [&](std::size_t count) { return random() % count; };
    std::size_t free = 0;
    for (int round = 0; round < 20000; ++round) {
        EvidenceTable table{.kind = kinds[pick(std::size(kinds))]};
        for (const SourceRow& row : sources()) {
            const bool usual = pick(24) != 0;
            if (!usual && pick(3) == 0) continue;
            for (std::size_t answers = 1 + pick(2); answers > 0; --answers) {
                const auto seen = usual ? Seen::nobody : static_cast<Seen>(pick(4));
                table.add(Answer{.source = row.source, .seen = seen});
            }
        }
        const bool strict = pick(2) == 0;
        const auto says = [&](Source source, Seen seen) {
            return std::any_of(table.answers.begin(), table.answers.end(), [&](const Answer& one) {
                return one.source == source && one.seen == seen;
            });
        };
        bool gap = false;
        bool somebody = false;
        for (const SourceRow& row : sources()) {
            const bool answered = says(row.source, Seen::nobody) ||
                                  says(row.source, Seen::somebody) ||
                                  says(row.source, Seen::not_applicable);
            const bool missing =
                says(row.source, Seen::not_inspected) || (!answered && row.applies_to(table.kind));
            gap = gap || (missing && (strict || row.weight == Weight::always));
            somebody = somebody || says(row.source, Seen::somebody);
        }
        const State state = detail::conclude(table, strict).state;
        BOOST_REQUIRE((state == State::busy) == somebody);
        BOOST_REQUIRE((state == State::free) == (!gap && !somebody));
        free += state == State::free ? 1 : 0;
    }
    BOOST_TEST(free > 1000U);
}

BOOST_AUTO_TEST_SUITE_END()
