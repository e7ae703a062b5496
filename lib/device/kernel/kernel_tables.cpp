#include "kernel_tables.hpp"

#include <sys/sysmacros.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "device/take_line.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_octal(char character) { return character >= '0' && character <= '7'; }

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    while (true) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty()) return fields;
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        fields.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

std::optional<unsigned> number(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<dev_t> device_number(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto high = number(text.substr(0, colon));
    const auto low = number(text.substr(colon + 1));
    if (!high || !low) return std::nullopt;
    return makedev(*high, *low);
}

std::uint64_t group_of(const std::vector<std::string_view>& fields, std::string_view label) {
    for (const std::string_view field : fields) {
        if (field == "-") break;
        if (field.starts_with(label)) return number(field.substr(label.size())).value_or(0);
    }
    return 0;
}

/// `36 35 98:0 /root /mnt rw,noatime master:1 - ext3 /dev/root rw`: optional fields end with "-".
std::optional<Mount> parse_mount(std::string_view line) {
    const auto fields = fields_of(line);
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (dash - fields.begin() < 6 || fields.end() - dash < 3) return std::nullopt;
    const auto device = device_number(fields[2]);
    if (!device) return std::nullopt;
    return Mount{.id = number(fields[0]).value_or(0),
                 .parent = number(fields[1]).value_or(0),
                 .device = *device,
                 .root = unescape_octal(fields[3]),
                 .point = unescape_octal(fields[4]),
                 .type = std::string(dash[1]),
                 .source = unescape_octal(dash[2]),
                 .options = fields.end() - dash > 3 ? std::string(dash[3]) : std::string(),
                 .shared = group_of(fields, "shared:"),
                 .master = group_of(fields, "master:")};
}

}  // namespace

std::vector<Mount> parse_mountinfo(std::string_view text) {
    std::vector<Mount> mounts;
    while (!text.empty()) {
        if (auto mount = parse_mount(take_line(text))) mounts.push_back(std::move(*mount));
    }
    return mounts;
}

std::optional<std::string> option_of(const Mount& mount, std::string_view name) {
    std::string_view rest = mount.options;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(','), rest.size());
        const std::string_view option = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        const bool is_it = option.starts_with(name) && option.substr(name.size()).starts_with('=');
        if (is_it) return unescape_octal(option.substr(name.size() + 1));
    }
    return std::nullopt;
}

std::vector<Swap> parse_swaps(std::string_view text) {
    std::vector<Swap> swaps;
    take_line(text);  // the heading
    while (!text.empty()) {
        const auto fields = fields_of(take_line(text));
        if (fields.empty()) continue;
        const bool is_file = fields.size() < 2 || fields[1] == "file";
        swaps.push_back({.path = unescape_octal(fields.front()), .is_file = is_file});
    }
    return swaps;
}

std::string unescape_octal(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text[i] == '\\' && text.size() - i > 3 && is_octal(text[i + 1]) &&
                             is_octal(text[i + 2]) && is_octal(text[i + 3]);
        if (!escaped) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                                   (text[i + 3] - '0'));
        i += 3;
    }
    return plain;
}

}  // namespace loopingcall::device::detail
