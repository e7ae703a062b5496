#include <algorithm>
#include <iomanip>
#include <loopingcall/device/printable.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <span>
#include <sstream>

namespace loopingcall::device {

namespace {

std::string plural(std::uint64_t count, const std::string& noun) {
    return std::to_string(count) + ' ' + noun + (count == 1 ? "" : "s");
}

/// There may be hundreds: a line has room for the first ones.
constexpr std::size_t most_listed = 10;

void list_rest(std::ostream& text, std::size_t count) {
    if (count > most_listed) text << " and " << count - most_listed << " more";
}

void list_holders(std::ostream& text, const std::vector<Holder>& holders) {
    const char* separator = "";
    for (const Holder& holder : std::span(holders).first(std::min(holders.size(), most_listed))) {
        text << separator << holder.pid << " ("
             << (holder.command.empty() ? "ended" : printable(holder.command));
        if (!holder.user.empty()) text << ", " << holder.user;
        if (!holder.unit.empty()) text << ", unit " << printable(holder.unit);
        if (!holder.container.empty()) text << ", container " << printable(holder.container);
        text << ')';
        separator = ", ";
    }
    list_rest(text, holders.size());
}

void list_claims(std::ostream& text, const Report& report) {
    const char* separator = "";
    const std::span claims(report.claims);
    for (const Claim& claim : claims.first(std::min(claims.size(), most_listed))) {
        text << separator;
        // The name of a partition is printed, too; the device itself may have been named by a link.
        if (claim.path != report.device && claim.path.parent_path() == "/dev") {
            text << printable(claim.path.native()) << ' ';
        }
        text << to_string(claim);
        separator = ", ";
    }
    list_rest(text, claims.size());
    if (!report.claims.empty() && !report.holders.empty()) text << "; ";
}

/// For sources that show a use, but not the process.
void list_evidence(std::ostream& text, const Report& report) {
    const char* separator = "";
    for (const EvidenceItem& item : report.evidence) {
        if (item.seen != Seen::somebody) continue;
        text << separator << (item.detail.empty() ? item.source : item.detail);
        separator = ", ";
    }
}

/// With the names of those that hang, which the evidence has.
std::string uninspected(const Report& report) {
    std::string text = std::to_string(report.uninspected_processes) + " process" +
                       (report.uninspected_processes == 1 ? "" : "es") + " could not be inspected";
    for (const EvidenceItem& item : report.evidence) {
        const std::size_t names = item.detail.find(": ");
        if (item.source == "refusals" && names != std::string::npos) {
            text += item.detail.substr(names);
        }
    }
    return text;
}

}  // namespace

State worst_state(const std::vector<WaitResult>& results) noexcept {
    State worst = State::free;
    for (const WaitResult& result : results) {
        if (result.report.state == State::busy) return State::busy;
        if (result.report.state == State::unknown) worst = State::unknown;
    }
    return worst;
}

std::string describe(const WaitResult& result) {
    const Report& report = result.report;
    std::ostringstream text;
    text << printable(report.device.native());
    switch (report.state) {
        case State::free:
            text << " is free";
            if (report.uninspected_processes > 0) {
                text << " as far as can be seen (" << uninspected(report) << ')';
            }
            if (!report.scope.empty()) text << " (" << report.scope << ')';
            break;
        case State::busy:
            text << " is busy: ";
            list_claims(text, report);
            if (report.claims.empty() && report.holders.empty()) list_evidence(text, report);
            if (!report.holders.empty()) text << "held by ";
            list_holders(text, report.holders);
            break;
        case State::unknown:
            text << ": state unknown";
            break;
    }
    const std::chrono::duration<double> seconds = result.elapsed;
    text << (report.state == State::unknown ? " after " : ", after ")
         << plural(result.checks, "check") << " in " << std::fixed << std::setprecision(3)
         << seconds.count() << " s";
    if (report.state == State::unknown) text << ": " << report.reason;
    return text.str();
}

}  // namespace loopingcall::device
