#include "progress.hpp"

#include <algorithm>
#include <iostream>
#include <loopingcall/device/printable.hpp>
#include <span>
#include <sstream>

namespace diskwait {

namespace {

namespace device = loopingcall::device;

terminal::Mood mood_of(device::State state) {
    switch (state) {
        case device::State::free:
            return terminal::Mood::good;
        case device::State::busy:
            return terminal::Mood::waiting;
        case device::State::unknown:
            break;
    }
    return terminal::Mood::bad;
}

}  // namespace

std::string progress_line(const device::Check& check, std::chrono::nanoseconds interval) {
    const device::Report& report = check.report;
    std::ostringstream line;
    line << device::printable(report.device.native()) << ": " << report.state;
    const char* separator = ", ";
    for (const device::Claim& claim : report.claims) {
        line << separator << to_string(claim);
    }
    separator = ", held by ";
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
    line << "; check " << check.number << " of " << check.max_retries;
    if (check.early_wake) line << ", woken early";
    if (report.state == device::State::busy && check.number < check.max_retries) {
        const std::chrono::duration<double> left =
            interval * static_cast<std::int64_t>(check.max_retries - check.number);
        line.precision(left.count() < 10 ? 2 : 6);
        line << ", at most " << left.count() << " s left";
    }
    return line.str();
}

std::string evidence_line(const device::EvidenceItem& item) {
    std::string line = item.source + ": " + to_string(item.seen);
    if (!item.detail.empty()) line += ", " + item.detail;
    return line;
}

Progress::Progress(const Invocation& invocation)
    : interval_(invocation.wait.check_device_interval),
      verbose_(invocation.verbose),
      line_(verbose_ ? terminal::ShowStatus::never : invocation.progress) {}

void Progress::show(const device::Check& check) {
    const std::string line = progress_line(check, interval_);
    line_.show(line, mood_of(check.report.state));
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
    std::cerr << "an early wake cannot be counted on: " << check.no_early_wake << '\n';
}

}  // namespace diskwait
