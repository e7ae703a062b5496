#include <algorithm>
#include <cctype>
#include <charconv>
#include <loopingcall/device/fuser.hpp>
#include <loopingcall/device/printable.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "device/take_line.hpp"

namespace loopingcall::device {

namespace {

using detail::take_line;
using process::WaitStatus;

bool is_blank(char character) { return character == ' ' || character == '\t'; }

/// `" %5d"` for every process, without a newline (psmisc); blanks and a newline (busybox).
/// Nothing if there is anything else.
std::optional<std::vector<pid_t>> parse_pids(std::string_view text) {
    std::vector<pid_t> pids;
    while (true) {
        while (!text.empty() && (is_blank(text.front()) || text.front() == '\n')) {
            text.remove_prefix(1);
        }
        if (text.empty()) return pids;
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
        const auto length = static_cast<std::size_t>(end - text.data());
        if (error != std::errc{} || pid <= 0) return std::nullopt;
        text.remove_prefix(length);
        if (!text.empty() && !is_blank(text.front()) && text.front() != '\n') return std::nullopt;
        pids.push_back(pid);
    }
}

/// `Cannot stat file /proc/12/fd/3: Permission denied` gives 12: one of its files could not be
/// inspected, so nothing is known of that process.
std::optional<pid_t> uninspected_process(std::string_view line) {
    for (const std::string_view prefix : {"Cannot stat file /proc/", "Cannot stat /proc/"}) {
        if (!line.starts_with(prefix)) continue;
        line.remove_prefix(prefix.size());
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), pid);
        const bool is_pid = error == std::errc{} && end != line.data() + line.size() && *end == '/';
        return is_pid ? std::optional(pid) : std::nullopt;
    }
    return std::nullopt;
}

/// Remarks of fuser on things that have no bearing on the holders of a file.
bool is_harmless(std::string_view line) {
    return line.empty() || line == "Cannot open a network socket." ||
           line == "Cannot find socket's device number." ||
           line.starts_with("Cannot open /proc/net/unix: ");
}

/// What standard error holds, sorted.
struct Remarks {
    std::set<pid_t> uninspected;
    std::string_view objection = {};  // the first line that means that fuser has not done its work
    std::optional<std::string_view> letters = {};  // how the device is used, after its name
};

Remarks read_remarks(std::string_view text, const std::string& path) {
    Remarks remarks;
    while (!text.empty()) {
        const bool names_device = text.starts_with(path + ":");
        if (names_device) text.remove_prefix(path.size() + 1);
        const std::string_view line = take_line(text);
        if (names_device) {
            remarks.letters = line.substr(std::min(line.find_first_not_of(' '), line.size()));
        } else if (const auto pid = uninspected_process(line)) {
            remarks.uninspected.insert(*pid);
        } else if (!is_harmless(line) && remarks.objection.empty()) {
            remarks.objection = line;
        }
    }
    return remarks;
}

/// fuser prints the letters of all processes in one piece, so they are distinct only if there is
/// one process, or no letter, which stands for an open file.
std::vector<std::string> access_of_each(const Remarks& remarks, std::size_t processes) {
    if (!remarks.letters) return {};
    if (remarks.letters->empty()) return {"open"};
    if (processes != 1) return {};
    std::vector<std::string> access;
    for (const char letter : *remarks.letters) {
        switch (letter) {
            case 'c':
                access.emplace_back("cwd");
                break;
            case 'r':
                access.emplace_back("root");
                break;
            case 'e':
                access.emplace_back("exe");
                break;
            case 'm':
                access.emplace_back("mmap");
                break;
            case 'f':
            case 'F':
                access.emplace_back("open");
                break;
            default:
                return {};
        }
    }
    return access;
}

/// Why the answer proves nothing; or nothing, if it proves something.
std::string objection_to(const WaitStatus& status, const std::optional<std::vector<pid_t>>& pids,
                         const Remarks& remarks) {
    if (!status.exited()) return "fuser gave no answer: " + to_string(status);
    if (!pids) return "fuser printed something other than process ids";
    const bool contradiction = pids->empty() ? !status.exited(1) : !status.exited(0);
    const bool failed = pids->empty() && !remarks.objection.empty();
    if (failed) return "fuser: " + printable(remarks.objection);
    if (!contradiction) return {};
    return "fuser " + to_string(status) +
           (pids->empty() ? " without naming a process" : " although it named processes");
}

}  // namespace

Report judge(const FuserAnswer& answer, const std::filesystem::path& path, pid_t ignored) {
    const Remarks remarks = read_remarks(answer.standard_error, path.string());
    auto pids = parse_pids(answer.standard_output);
    Report report{.device = path, .uninspected_processes = remarks.uninspected.size()};
    report.reason = objection_to(answer.status, pids, remarks);
    report.diagnostics = answer.standard_error;
    if (!report.reason.empty()) return report;

    const auto access = access_of_each(remarks, pids->size());
    std::erase(*pids, ignored);
    for (const pid_t pid : *pids) {
        report.holders.push_back({.pid = pid, .access = access, .path = path});
    }
    report.state = report.holders.empty() ? State::free : State::busy;
    return report;
}

}  // namespace loopingcall::device
