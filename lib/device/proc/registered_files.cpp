#include "registered_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "device/kernel/kernel_tables.hpp"
#include "device/take_line.hpp"

namespace loopingcall::device::detail {

namespace {

std::optional<std::uint64_t> take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

/// `    3: NAME`, with a number that is greater than the one before.
std::optional<std::string_view> name_in(std::string_view line, std::uint64_t& least) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const auto number = take_number(line);
    if (!number || *number < least || !line.starts_with(": ")) return std::nullopt;
    least = *number + 1;
    return line.substr(2);
}

/// The names that sockets, pipes and anonymous inodes have where base names are shown.
bool is_name_of_no_file(std::string_view name) {
    constexpr std::array<std::string_view, 10> protocols{
        "TCP",         "TCPv6",      "UDP",     "UDPv6", "UNIX",
        "UNIX-STREAM", "UNIX-DGRAM", "NETLINK", "MPTCP", "<none>"};
    return name.empty() || (name.starts_with('[') && name.ends_with(']')) ||
           std::find(protocols.begin(), protocols.end(), name) != protocols.end();
}

void sort_in(std::string_view name, const RingFormat& format, RegisteredFiles& files) {
    if (name.starts_with('/')) {
        files.paths.push_back(unescape_octal(name));
    } else if (!format.has_paths && !is_name_of_no_file(name)) {
        files.unclear.emplace_back(name);
    }
}

}  // namespace

RingFormat ring_format_of(std::string_view kernel_release) {
    using Release = std::pair<std::uint64_t, std::uint64_t>;
    const auto major = take_number(kernel_release);
    if (!major || !kernel_release.starts_with('.')) return {};
    kernel_release.remove_prefix(1);
    const auto minor = take_number(kernel_release);
    if (!minor) return {};
    const Release release(*major, *minor);
    return {.has_paths = release >= Release(6, 14), .is_silent_if_busy = release >= Release(6, 16)};
}

RegisteredFiles parse_registered_files(std::string_view fdinfo, const RingFormat& format) {
    constexpr std::string_view label = "UserFiles:\t";
    RegisteredFiles files;
    std::optional<std::uint64_t> count;
    while (!fdinfo.empty() && !count) {
        std::string_view line = take_line(fdinfo);
        if (!line.starts_with(label)) continue;
        line.remove_prefix(label.size());
        count = take_number(line);
    }
    std::uint64_t least = 0;
    bool any = false;
    while (count && !fdinfo.empty()) {
        const std::string_view line = take_line(fdinfo);
        if (line.starts_with("UserBufs:")) {
            // A number without a file is a table of empty slots, or else a busy ring.
            files.is_listed = any || *count == 0 || format.is_silent_if_busy;
            return files;
        }
        any = true;
        const auto name = name_in(line, least);
        if (name) {
            sort_in(*name, format, files);
        } else {
            files.unclear.emplace_back(line);
        }
    }
    return files;  // cut off: not all of them are listed
}

}  // namespace loopingcall::device::detail
