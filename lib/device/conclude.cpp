#include "conclude.hpp"

#include <algorithm>

namespace loopingcall::device::detail {

namespace {

std::string count(std::size_t number, const std::string& one, const std::string& many) {
    return number == 1 ? "1 " + one : std::to_string(number) + ' ' + many;
}

void add_holders(Report& report, const ProcessScan& scan) {
    if (scan.holders.empty()) return;
    for (const Holder& holder : scan.holders.front()) {
        const auto known = [&](const Holder& one) { return one.pid == holder.pid; };
        if (std::none_of(report.holders.begin(), report.holders.end(), known)) {
            report.holders.push_back(holder);
        }
    }
}

/// Why nobody was found, and yet somebody may be there.
std::string doubt(const Report& report, const ProcessScan& scan, bool as_root, bool strict) {
    if (!scan.problem.empty()) return scan.problem;
    if (!scan.blind_spot.empty()) return scan.blind_spot;
    const std::size_t unseen = report.uninspected_processes;
    if (unseen > 0 && (strict || !as_root)) {
        return count(unseen, "process", "processes") + " could not be inspected, and may hold it" +
               (as_root ? "" : "; run as root, or set root_helper");
    }
    if (strict && scan.in_flight > 0) {
        return count(scan.in_flight, "descriptor is", "descriptors are") +
               " on the way through a socket, and may be of it";
    }
    return {};
}

}  // namespace

Report conclude(Evidence evidence, bool strict) {
    Report report = std::move(evidence.probe);
    report.claims = std::move(evidence.claims);
    if (evidence.scan) {
        add_holders(report, *evidence.scan);
        report.uninspected_processes = evidence.scan->uninspected.size();
    }
    if (!report.holders.empty() || !report.claims.empty()) {
        report.state = State::busy;
        report.reason.clear();
        return report;
    }
    if (report.reason.empty() && evidence.scan) {
        report.reason = doubt(report, *evidence.scan, evidence.as_root, strict);
    }
    report.state = report.reason.empty() && evidence.scan ? State::free : State::unknown;
    return report;
}

}  // namespace loopingcall::device::detail
