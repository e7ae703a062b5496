#include "scan_evidence.hpp"

#include <algorithm>

namespace loopingcall::device::detail {

namespace {

constexpr Source of_a_scan[] = {Source::process_list, Source::descriptors, Source::mappings,
                                Source::threads,      Source::in_flight,   Source::refusals};

std::string count(std::size_t number, const std::string& one, const std::string& many) {
    return number == 1 ? "1 " + one : std::to_string(number) + ' ' + many;
}

std::string uninspected(const ProcessScan& scan) {
    return count(scan.uninspected.size(), "process", "processes") +
           " could not be inspected and may hold the device";
}

Answer process_list(const ProcessScan& scan, const Rights& rights) {
    if (!scan.blind_spot.empty()) return not_inspected(Source::process_list, scan.blind_spot);
    if (!scan.uninspected.empty() && !rights.open_all_processes()) {
        return not_inspected(Source::process_list,
                             uninspected(scan) + "; run as root or set root_helper");
    }
    return nobody(Source::process_list);
}

bool only_mapped(const Holder& holder) { return holder.access == std::vector<std::string>{"mmap"}; }

Answer mappings(std::vector<Holder> holders, const Rights& rights) {
    if (!holders.empty() || rights.follow_mappings()) {
        return answer(Source::mappings, std::move(holders));
    }
    return not_inspected(Source::mappings,
                         "mapped files of other processes could not be inspected; run as root or "
                         "set root_helper");
}

/// They have no row of their own in /proc: a strict check wants to know that there are none.
Answer in_flight(const ProcessScan& scan) {
    if (scan.in_flight == 0) return nobody(Source::in_flight);
    return not_inspected(Source::in_flight,
                         count(scan.in_flight, "descriptor is", "descriptors are") +
                             " on the way through a socket and may be of the device");
}

Answer refusals(const ProcessScan& scan) {
    if (scan.uninspected.empty()) return nobody(Source::refusals);
    return not_inspected(Source::refusals, uninspected(scan));
}

}  // namespace

void add_scan(EvidenceTable& table, const ProcessScan& scan, const Rights& rights) {
    table.uninspected_processes = scan.uninspected.size();
    if (!scan.problem.empty()) {
        for (const Source source : of_a_scan) table.add(not_inspected(source, scan.problem));
        return;
    }
    std::vector<Holder> opened = scan.holders.empty() ? std::vector<Holder>{} : scan.holders[0];
    const auto first_mapped = std::stable_partition(
        opened.begin(), opened.end(), [](const Holder& one) { return !only_mapped(one); });
    std::vector<Holder> mapped(first_mapped, opened.end());
    opened.erase(first_mapped, opened.end());
    table.add(process_list(scan, rights));
    table.add(answer(Source::descriptors, std::move(opened)));
    if (scan.is_shallow) {
        for (const Source source : {Source::mappings, Source::threads, Source::in_flight}) {
            table.add(not_inspected(source, "not needed"));
        }
    } else {
        table.add(mappings(std::move(mapped), rights));
        table.add(nobody(Source::threads));
        table.add(in_flight(scan));
    }
    table.add(refusals(scan));
}

}  // namespace loopingcall::device::detail
