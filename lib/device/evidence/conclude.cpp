#include "conclude.hpp"

#include <algorithm>
#include <loopingcall/device/printable.hpp>
#include <utility>

namespace loopingcall::device::detail {

namespace {

/// How much an answer of a source weighs beside another one of the same source.
int rank(Seen seen) {
    switch (seen) {
        case Seen::somebody:
            return 3;
        case Seen::not_inspected:
            return 2;
        case Seen::nobody:
            return 1;
        case Seen::not_applicable:
            break;
    }
    return 0;
}

void append(std::string& text, const std::string& more) {
    if (more.empty()) return;
    if (!text.empty()) text += ", ";
    text += more;
}

std::string in_words(const Holder& holder) {
    return "held by " + std::to_string(holder.pid) +
           (holder.command.empty() ? "" : " (" + printable(holder.command) + ')');
}

std::string detail_of(const Answer& answer) {
    std::string text = answer.why;
    for (const Claim& claim : answer.claims) append(text, to_string(claim));
    for (const Holder& holder : answer.holders) append(text, in_words(holder));
    return text;
}

/// All answers of one source in one.
EvidenceItem item_of(const SourceRow& row, const EvidenceTable& table) {
    EvidenceItem item{.source = row.name, .seen = Seen::not_applicable};
    bool answered = false;
    for (const Answer& answer : table.answers) {
        if (answer.source != row.source) continue;
        if (!answered || rank(answer.seen) > rank(item.seen)) {
            item.seen = answer.seen;
            item.detail.clear();
        }
        answered = true;
        if (answer.seen == item.seen) append(item.detail, detail_of(answer));
    }
    if (!answered && row.applies_to(table.kind)) item.seen = Seen::not_inspected;
    return item;
}

bool is_missing(const SourceRow& row, const EvidenceItem& item, bool strict) {
    return item.seen == Seen::not_inspected && (strict || row.weight == Weight::always);
}

std::string reason_of(const SourceRow& row, const EvidenceItem& item) {
    if (!item.detail.empty()) return item.detail;
    return std::string(row.name) + " could not be inspected; " + row.remedy;
}

void add_holders(Report& report, const std::vector<Holder>& holders) {
    for (const Holder& holder : holders) {
        const auto known = [&](const Holder& one) { return one.pid == holder.pid; };
        if (std::none_of(report.holders.begin(), report.holders.end(), known)) {
            report.holders.push_back(holder);
        }
    }
}

void add_claims(Report& report, const std::vector<Claim>& claims) {
    for (const Claim& claim : claims) {
        // What the device is to a file system is not known to each source.
        const auto is_same = [&](const Claim& one) {
            return one.kind == claim.kind && one.detail == claim.detail && one.path == claim.path &&
                   one.namespace_pid == claim.namespace_pid &&
                   (one.part == claim.part || one.part.empty() || claim.part.empty());
        };
        const auto found = std::find_if(report.claims.begin(), report.claims.end(), is_same);
        if (found == report.claims.end()) {
            report.claims.push_back(claim);
        } else if (found->part.empty()) {
            found->part = claim.part;
        }
    }
}

}  // namespace

Report conclude(EvidenceTable table, bool strict) {
    Report report{.uninspected_processes = table.uninspected_processes,
                  .diagnostics = std::move(table.diagnostics)};
    for (const Answer& answer : table.answers) {
        add_holders(report, answer.holders);
        add_claims(report, answer.claims);
    }
    report.evidence.reserve(sources().size());
    for (const SourceRow& row : sources()) {
        report.evidence.push_back(item_of(row, table));
        const EvidenceItem& item = report.evidence.back();
        if (report.reason.empty() && is_missing(row, item, strict)) {
            report.reason = reason_of(row, item);
        }
    }
    if (table.shows_somebody()) {
        report.state = State::busy;
        report.reason.clear();
        return report;
    }
    report.state = report.reason.empty() ? State::free : State::unknown;
    return report;
}

}  // namespace loopingcall::device::detail
