#include "progress.hpp"

#include <algorithm>
#include <iostream>
#include <loopingcall/device/printable.hpp>
#include <span>
#include <sstream>

#include "state_colour.hpp"
#include "terminal/utf8_text.hpp"

namespace diskwait {

namespace {

namespace device = loopingcall::device;

/// The text, and blanks up to the width.
std::string padded(const std::string& text, std::size_t columns) {
    const std::size_t taken = terminal::columns_of(text);
    return taken < columns ? text + std::string(columns - taken, ' ') : text;
}

}  // namespace

DeviceProgress progress_of(const device::Check& check) {
    const device::Report& report = check.report;
    std::ostringstream line;
    const char* separator = "";
    for (const device::Claim& claim : report.claims) {
        line << separator << to_string(claim);
        separator = ", ";
    }
    separator = report.claims.empty() ? "held by " : ", held by ";
    constexpr std::size_t most_listed = 10;
    const std::span holders(report.holders);
    for (const auto& holder : holders.first(std::min(holders.size(), most_listed))) {
        line << separator << holder.pid << ' ' << device::printable(holder.command);
        separator = ", ";
    }
    if (holders.size() > most_listed) {
        line << " and " << holders.size() - most_listed << " more";
    }
    for (const std::string& change : report.changes) line << "; " << change;
    if (line.tellp() > 0) line << "; ";
    line << "check " << check.number << " of " << check.max_retries;
    if (check.early_wake) line << ", woken early";
    if (report.state == device::State::busy && check.left) {
        const std::chrono::duration<double> left = *check.left;
        line.precision(left.count() < 10 ? 2 : 6);
        line << ", at most " << left.count() << " s left";
    }
    return {report.device, report.state, line.str(), true};
}

std::string progress_line(const DeviceProgress& progress) {
    const std::string name = device::printable(progress.device.native());
    return name + ": " + to_string(progress.state) + ", " + progress.details;
}

std::vector<terminal::StatusLine> progress_table(const std::vector<DeviceProgress>& devices,
                                                 std::size_t columns) {
    std::vector<std::string> names;
    std::size_t widest = 0;
    for (const DeviceProgress& one : devices) {
        names.push_back(terminal::fitted(device::printable(one.device.native()), columns / 3));
        widest = std::max(widest, terminal::columns_of(names.back()));
    }
    constexpr std::size_t widest_state = 7;  // "unknown"
    std::vector<terminal::StatusLine> lines;
    for (std::size_t row = 0; row < devices.size(); ++row) {
        const DeviceProgress& one = devices[row];
        const std::string state = one.is_checked ? to_string(one.state) : "";
        lines.push_back(
            {padded(names[row], widest) + "  " + padded(state, widest_state) + "  " + one.details,
             one.is_checked ? mood_of(one.state) : terminal::Mood::waiting});
    }
    return lines;
}

std::string evidence_line(const device::EvidenceItem& item) {
    std::string line = item.source + ": " + to_string(item.seen);
    if (!item.detail.empty()) line += ", " + item.detail;
    return line;
}

namespace {

std::vector<terminal::StatusLine> status_lines(const std::vector<DeviceProgress>& devices,
                                               const std::string& line) {
    if (devices.size() == 1) return {{line, mood_of(devices.front().state)}};
    return progress_table(devices, terminal::columns_of_terminal());
}

}  // namespace

Progress::Progress(const Invocation& invocation)
    : verbose_(invocation.verbose),
      lines_(verbose_ ? terminal::ShowStatus::never : invocation.progress) {
    for (const auto& path : invocation.devices) devices_.push_back({.device = path});
}

void Progress::show(const device::Check& check) {
    const DeviceProgress now = progress_of(check);
    for (DeviceProgress& one : devices_) {
        if (one.device == now.device) one = now;
    }
    const std::string line = progress_line(now);
    lines_.show(status_lines(devices_, line));
    if (!verbose_) return;
    std::cerr << line << '\n';
    tell_of_early_wake(check);
    for (const device::EvidenceItem& item : check.report.evidence) {
        std::cerr << "  " << evidence_line(item) << '\n';
    }
    if (check.report.state == device::State::unknown) std::cerr << check.report.diagnostics;
}

void Progress::tell_of_early_wake(const device::Check& check) {
    if (check.no_early_wake.empty() || told_of_early_wake_) return;
    told_of_early_wake_ = true;
    std::cerr << "early wakes are not available: " << check.no_early_wake << '\n';
}

}  // namespace diskwait
