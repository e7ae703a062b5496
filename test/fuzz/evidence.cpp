#include <string>

#include "device/evidence/conclude.hpp"
#include "device/probe/helper_check.hpp"
#include "fuzz/must.hpp"
#include "fuzz/properties.hpp"

namespace test {

namespace {

using namespace loopingcall::device;
using namespace loopingcall::device::detail;

/// The first byte is the kind of object and whether the check is strict; each one after it is an
/// answer: its source in the lower five bits, what it says in the next two.
EvidenceTable table_of(const std::uint8_t* bytes, std::size_t size) {
    constexpr unsigned kinds = static_cast<unsigned>(ObjectKind::other) + 1;
    EvidenceTable table{.kind = static_cast<ObjectKind>((bytes[0] >> 1U) % kinds)};
    for (std::size_t i = 1; i < size; ++i) {
        const auto source = static_cast<Source>((bytes[i] & 31U) % sources().size());
        table.add({.source = source, .seen = static_cast<Seen>((bytes[i] >> 5U) & 3U)});
    }
    return table;
}

bool has(const EvidenceTable& table, Source source, Seen seen) {
    for (const Answer& one : table.answers) {
        if (one.source == source && one.seen == seen) return true;
    }
    return false;
}

/// Whether a source that has to be read was not.
bool has_gap(const EvidenceTable& table, bool strict) {
    for (const SourceRow& row : sources()) {
        if (row.weight == Weight::strict_only && !strict) continue;
        const bool was_read =
            has(table, row.source, Seen::nobody) || has(table, row.source, Seen::not_applicable);
        if (has(table, row.source, Seen::not_inspected)) return true;
        if (row.applies_to(table.kind) && !was_read) return true;
    }
    return false;
}

}  // namespace

void check_evidence(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return;
    const EvidenceTable table = table_of(bytes, size);
    const bool strict = (bytes[0] & 1U) != 0;
    bool shows_somebody = false;
    for (const SourceRow& row : sources()) {
        shows_somebody = shows_somebody || has(table, row.source, Seen::somebody);
    }
    const Report report = conclude(table, strict);
    must((report.state == State::busy) == shows_somebody);
    if (report.state == State::free) must(!has_gap(table, strict));
    if (report.state == State::unknown) must(!report.reason.empty());
    must(report.evidence.size() == sources().size());
}

void check_helper(const std::uint8_t* bytes, std::size_t size) {
    if (size == 0) return;
    const Identity disk{.path = "/dev/sda", .is_block_device = true, .number = 0x800};
    const HelperAnswer answer{
        .status = loopingcall::process::WaitStatus::exited_with(bytes[0] - '0'),
        .standard_output = std::string(reinterpret_cast<const char*>(bytes + 1), size - 1)};
    const Report report = judge(answer, disk, ObjectKind::whole_disk, {});
    must(report.device == disk.path);
    if (report.state == State::unknown) return;
    const bool is_free = report.state == State::free;
    must(is_free ? bytes[0] == '0' : bytes[0] == '1');
    for (const EvidenceItem& item : report.evidence) must(!is_free || item.seen != Seen::somebody);
    must(!is_free || (report.holders.empty() && report.claims.empty()));
}

}  // namespace test
