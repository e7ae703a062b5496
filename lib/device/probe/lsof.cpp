#include <algorithm>
#include <charconv>
#include <loopingcall/device/lsof.hpp>
#include <loopingcall/device/printable.hpp>
#include <optional>
#include <string_view>

namespace loopingcall::device {

namespace {

/// A field of the `-F0` form: a letter, its text, and a NUL byte. A newline ends each set of them.
struct Field {
    char letter = 0;
    std::string_view text = {};
};

/// Takes the next field; nothing if what is left is none.
std::optional<Field> take_field(std::string_view& text) {
    while (text.starts_with('\n')) text.remove_prefix(1);
    const std::size_t end = text.find('\0');
    if (text.empty() || end == std::string_view::npos || end == 0) return std::nullopt;
    const Field field{text.front(), text.substr(1, end - 1)};
    text.remove_prefix(end + 1);
    return field;
}

std::optional<pid_t> parse_pid(std::string_view text) {
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && pid > 0 ? std::optional(pid) : std::nullopt;
}

/// lsof's file descriptor column in the words of Holder::access.
std::string access_of(std::string_view descriptor) {
    if (descriptor == "cwd") return "cwd";
    if (descriptor == "rtd") return "root";
    if (descriptor == "txt") return "exe";
    if (descriptor == "mem" || descriptor == "DEL") return "mmap";
    return "open";
}

void add_access(Holder& holder, const std::string& access) {
    const auto found = std::find(holder.access.begin(), holder.access.end(), access);
    if (found == holder.access.end()) holder.access.push_back(access);
}

bool starts_process(const Field& field) { return field.letter == 'p'; }

/// @return the processes; nothing if the text is not all of that form.
std::optional<std::vector<Holder>> parse_holders(std::string_view text,
                                                 const std::filesystem::path& path) {
    std::vector<Holder> holders;
    while (text.find_first_not_of('\n') != std::string_view::npos) {
        const auto field = take_field(text);
        if (!field || (holders.empty() && !starts_process(*field))) return std::nullopt;
        if (starts_process(*field)) {
            const auto pid = parse_pid(field->text);
            if (!pid) return std::nullopt;
            holders.push_back({.pid = *pid, .path = path});
        } else if (field->letter == 'c') {
            holders.back().command = field->text;
        } else if (field->letter == 'L') {
            holders.back().user = field->text;
        } else if (field->letter == 'f') {
            add_access(holders.back(), access_of(field->text));
        }
    }
    return holders;
}

/// The first line that says something.
std::string complaint(const std::string& text) {
    const std::size_t begin = text.find_first_not_of('\n');
    if (begin == std::string::npos) return "lsof printed an empty line to standard error";
    return printable(text.substr(begin, text.find('\n', begin) - begin));
}

std::string objection_to(const LsofAnswer& answer,
                         const std::optional<std::vector<Holder>>& holders) {
    if (!answer.status.exited()) return "lsof gave no answer: " + to_string(answer.status);
    if (!holders) return "lsof printed something other than processes";
    if (!holders->empty()) return {};
    if (!answer.standard_error.empty()) return complaint(answer.standard_error);
    return answer.status.exited(1) ? "" : "lsof " + to_string(answer.status) + " and said nothing";
}

}  // namespace

Report judge(const LsofAnswer& answer, const std::filesystem::path& path, pid_t ignored) {
    auto holders = parse_holders(answer.standard_output, path);
    Report report{.device = path,
                  .reason = objection_to(answer, holders),
                  .diagnostics = answer.standard_error};
    if (!report.reason.empty()) return report;
    std::erase_if(*holders, [&](const Holder& holder) { return holder.pid == ignored; });
    report.holders = std::move(*holders);
    report.state = report.holders.empty() ? State::free : State::busy;
    return report;
}

}  // namespace loopingcall::device
