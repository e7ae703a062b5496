#include "progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <loopingcall/device/printable.hpp>
#include <sstream>
#include <string_view>

namespace diskwait {

namespace {

namespace device = loopingcall::device;

bool is_wanted(ShowProgress show) {
    if (show != ShowProgress::automatic) return show == ShowProgress::always;
    const char* const terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal && std::string_view(terminal) != "dumb";
}

std::size_t columns_of_terminal() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }

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
    for (const device::Holder& holder : report.holders) {
        line << separator << holder.pid << ' ' << device::printable(holder.command);
        separator = ", ";
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

std::string fitted(const std::string& text, std::size_t columns) {
    std::size_t characters = 0;
    std::size_t cut = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!begins_character(text[at])) continue;
        if (++characters == columns) cut = at;
        if (characters > columns) return text.substr(0, cut) + "…";
    }
    return text;
}

Progress::Progress(const Invocation& invocation)
    : interval_(invocation.wait.check_device_interval),
      verbose_(invocation.verbose),
      shown_(!verbose_ && is_wanted(invocation.progress)) {}

Progress::~Progress() { clear(); }

void Progress::show(const device::Check& check) {
    if (verbose_) {
        std::cerr << progress_line(check, interval_) << '\n';
        tell_of_early_wake(check);
        if (check.report.state == device::State::unknown) std::cerr << check.report.diagnostics;
    } else if (shown_) {
        // One column less than there are: a full line would wrap on many a terminal.
        clear();
        std::cerr << fitted(progress_line(check, interval_), columns_of_terminal() - 1)
                  << std::flush;
        line_is_there_ = true;
    }
}

void Progress::tell_of_early_wake(const device::Check& check) {
    if (check.no_early_wake.empty() || told_of_early_wake_) return;
    told_of_early_wake_ = true;
    std::cerr << "an early wake cannot be counted on: " << check.no_early_wake << '\n';
}

void Progress::clear() {
    if (line_is_there_) std::cerr << "\r\x1b[K" << std::flush;
    line_is_there_ = false;
}

}  // namespace diskwait
