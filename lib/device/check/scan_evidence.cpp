#include "scan_evidence.hpp"

#include <algorithm>
#include <array>
#include <loopingcall/device/printable.hpp>
#include <set>

namespace loopingcall::device::detail {

namespace {

constexpr std::array of_a_scan{Source::process_list, Source::descriptors, Source::mappings,
                               Source::threads,      Source::io_uring,    Source::in_flight,
                               Source::refusals};

std::string count(std::size_t number, const std::string& one, const std::string& many) {
    return number == 1 ? "1 " + one : std::to_string(number) + ' ' + many;
}

std::string process(pid_t pid, const std::string& command) {
    return std::to_string(pid) + (command.empty() ? "" : " (" + printable(command) + ')');
}

/// Those that were closed to us, hung or failed. An io_uring that may hide a use of the device is
/// an answer of its own.
std::vector<Gap> gaps_of_processes(const ProcessScan& scan, const TargetScan& found) {
    std::vector<Gap> gaps = scan.gaps;
    std::erase_if(gaps, [&](const Gap& gap) {
        return gap.place == Place::io_uring &&
               std::any_of(found.rings.begin(), found.rings.end(),
                           [&](const Gap& ring) { return ring.pid == gap.pid; });
    });
    return gaps;
}

std::size_t processes_of(const std::vector<Gap>& gaps) {
    std::set<pid_t> pids;
    for (const Gap& gap : gaps) pids.insert(gap.pid);
    return pids.size();
}

/// With the names of those that were not simply closed to us, which is the rule for some.
std::string in_words(const std::vector<Gap>& gaps) {
    std::string text = count(processes_of(gaps), "process", "processes") +
                       " could not be inspected and may hold the device";
    const char* separator = ": ";
    for (const Gap& gap : gaps) {
        if (gap.is_refusal) continue;
        text += separator + process(gap.pid, gap.command) + ", " + gap.why;
        separator = "; ";
    }
    return text;
}

Answer process_list(const ProcessScan& scan, const std::vector<Gap>& gaps, const Rights& rights) {
    if (!scan.blind_spot.empty()) return not_inspected(Source::process_list, scan.blind_spot);
    if (!scan.turmoil.empty()) return not_inspected(Source::process_list, scan.turmoil);
    if (!gaps.empty() && !rights.open_all_processes()) {
        return not_inspected(Source::process_list,
                             in_words(gaps) + "; run as root or set root_helper");
    }
    Answer all = nobody(Source::process_list);
    for (const pid_t pid : scan.ignored) {
        all.why += (all.why.empty() ? "" : ", ") + std::to_string(pid) + " is ignored";
    }
    return all;
}

/// Descriptors do not hang in any way that is known: they are not what a process may spoil.
Answer descriptors(const ProcessScan& scan, const TargetScan& found) {
    for (const Gap& gap : scan.gaps) {
        if (gap.is_refusal || gap.place != Place::descriptors) continue;
        if (!found.at(Place::descriptors).empty()) break;
        return not_inspected(Source::descriptors,
                             "process " + process(gap.pid, gap.command) + ": " + gap.why);
    }
    Answer open = answer(Source::descriptors, found.at(Place::descriptors));
    open.why = in_words(found.passed_over);
    return open;
}

Answer mappings(const TargetScan& found, const Rights& rights) {
    if (!found.at(Place::mappings).empty() || rights.follow_mappings()) {
        return answer(Source::mappings, found.at(Place::mappings));
    }
    return not_inspected(Source::mappings,
                         "mapped files of other processes could not be inspected; run as root or "
                         "set root_helper");
}

Answer io_uring(const TargetScan& found) {
    if (!found.at(Place::io_uring).empty()) {
        return answer(Source::io_uring, found.at(Place::io_uring));
    }
    if (found.rings.empty()) return nobody(Source::io_uring);
    const Gap& gap = found.rings.front();
    return not_inspected(Source::io_uring,
                         "process " + process(gap.pid, gap.command) + ": " + gap.why +
                             "; if it does not use the device, ignore it (--ignore-pid)");
}

/// They have no row of their own in /proc: a strict check requires that there were none.
Answer in_flight(const ProcessScan& scan) {
    if (scan.in_flight == 0) return nobody(Source::in_flight);
    return not_inspected(Source::in_flight,
                         count(scan.in_flight, "descriptor is", "descriptors are") +
                             " on the way through a socket and may be of the device");
}

Answer refusals(const std::vector<Gap>& gaps) {
    if (gaps.empty()) return nobody(Source::refusals);
    return not_inspected(Source::refusals, in_words(gaps));
}

/// A holder that was found before is one all the same.
void add_failed(EvidenceTable& table, const ProcessScan& scan, const TargetScan& found) {
    for (const Source source : of_a_scan) table.add(not_inspected(source, scan.problem));
    for (const auto& holders : found.holders) {
        if (!holders.empty()) table.add(answer(Source::descriptors, holders));
    }
}

}  // namespace

std::string in_words(const std::vector<PassedOver>& passed_over) {
    std::string text;
    for (const PassedOver& one : passed_over) {
        if (!text.empty()) text += ", ";
        text += process(one.pid, one.command) + ' ' + one.why;
    }
    return text;
}

void add_scan(EvidenceTable& table, const ProcessScan& scan, const Rights& rights) {
    const TargetScan found = scan.targets.empty() ? TargetScan{} : scan.targets.front();
    const std::vector<Gap> gaps = gaps_of_processes(scan, found);
    table.uninspected_processes = processes_of(gaps);
    if (!scan.problem.empty()) return add_failed(table, scan, found);
    table.add(process_list(scan, gaps, rights));
    table.add(descriptors(scan, found));
    if (scan.is_shallow) {
        for (const Source source :
             {Source::mappings, Source::threads, Source::io_uring, Source::in_flight}) {
            table.add(not_inspected(source, "not needed"));
        }
    } else {
        table.add(io_uring(found));
        table.add(mappings(found, rights));
        table.add(answer(Source::threads, found.at(Place::threads)));
        table.add(in_flight(scan));
    }
    table.add(refusals(gaps));
}

}  // namespace loopingcall::device::detail
