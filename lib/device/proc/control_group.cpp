#include "control_group.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <vector>

namespace loopingcall::device::detail {

namespace {

std::string_view take_until(std::string_view& text, char end) {
    const std::size_t size = std::min(text.find(end), text.size());
    const std::string_view part = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    return part;
}

/// The path that systemd manages: of the only hierarchy, or of that which has its name; else the
/// longest one, where a container runtime without systemd has its own.
std::string_view path_of(std::string_view cgroup) {
    std::string_view best;
    while (!cgroup.empty()) {
        std::string_view line = take_until(cgroup, '\n');
        take_until(line, ':');  // the number of the hierarchy
        const std::string_view controllers = take_until(line, ':');
        const bool is_of_systemd = controllers == "name=systemd" || controllers.empty();
        if (is_of_systemd && line.size() > 1) return line;
        if (line.size() > best.size()) best = line;
    }
    return best;
}

/// systemd puts an underscore before a name that would mean something else to the kernel.
std::string_view unescape(std::string_view name) {
    return name.starts_with('_') ? name.substr(1) : name;
}

bool is_unit(std::string_view name) {
    for (const char* const type : {".service", ".scope", ".socket", ".mount", ".swap"}) {
        if (name.size() > std::string_view(type).size() && name.ends_with(type)) return true;
    }
    return false;
}

bool is_identifier(std::string_view name) {
    return name.size() == 64 && std::all_of(name.begin(), name.end(), [](unsigned char one) {
               return std::isxdigit(one) != 0;
           });
}

std::string named(std::string_view runtime, std::string_view name) {
    constexpr std::size_t length_that_is_shown = 12;
    if (is_identifier(name)) name = name.substr(0, length_that_is_shown);
    return std::string(runtime) + ' ' + std::string(name);
}

/// "docker-IDENTIFIER.scope", as runtimes name a group that systemd makes for them, or without the
/// type of the unit.
std::optional<std::string> container_by_prefix(std::string_view name) {
    struct Prefix {
        std::string_view text;
        std::string_view name;
    };
    static constexpr Prefix prefixes[] = {{"docker-", "docker"},
                                          {"libpod-", "podman"},
                                          {"cri-containerd-", "containerd"},
                                          {"crio-", "cri-o"},
                                          {"nerdctl-", "containerd"}};
    if (name.ends_with(".scope")) name.remove_suffix(std::string_view(".scope").size());
    for (const Prefix& runtime : prefixes) {
        if (!name.starts_with(runtime.text)) continue;
        const std::string_view rest = name.substr(runtime.text.size());
        if (is_identifier(rest)) return named(runtime.name, rest);
    }
    return std::nullopt;
}

/// systemd writes any byte but letters, digits, ':', '_' and '.' of a name as \x2d.
std::string without_hexadecimal(std::string_view name) {
    std::string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        unsigned char byte = 0;
        const char* const digits = name.data() + std::min(i + 2, name.size());
        const bool escaped = name.substr(i).starts_with("\\x") && name.size() - i >= 4 &&
                             std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
        plain += escaped ? static_cast<char>(byte) : name[i];
        if (escaped) i += 3;
    }
    return plain;
}

/// A machine of systemd-machined: "machine-web.scope".
std::optional<std::string> machine(std::string_view name) {
    constexpr std::string_view scope = "machine-";
    constexpr std::string_view service = "systemd-nspawn@";
    if (name.starts_with(scope) && name.ends_with(".scope")) {
        name.remove_prefix(scope.size());
        name.remove_suffix(std::string_view(".scope").size());
        return named("machine", without_hexadecimal(name));
    }
    if (name.starts_with(service) && name.ends_with(".service")) {
        name.remove_prefix(service.size());
        name.remove_suffix(std::string_view(".service").size());
        return named("machine", name);
    }
    return std::nullopt;
}

/// Of all the groups that it is in, from the outermost on.
std::optional<std::string> container_of(const std::vector<std::string_view>& groups) {
    std::string_view parent;
    bool in_kubernetes = false;
    for (const std::string_view group : groups) {
        if (auto found = container_by_prefix(group)) return found;
        if (auto found = machine(group)) return found;
        in_kubernetes = in_kubernetes || group.starts_with("kubepods");
        if (is_identifier(group)) {
            if (parent == "docker" || parent == "actions_job") return named("docker", group);
            if (in_kubernetes) return named("kubernetes", group);
            return named("containerd", group);
        }
        constexpr std::string_view payload = "lxc.payload.";
        if (group.starts_with(payload)) return named("lxc", group.substr(payload.size()));
        if (parent == "lxc" || parent == "lxc.payload") return named("lxc", group);
        parent = group;
    }
    return std::nullopt;
}

}  // namespace

ManagedBy managers_of(std::string_view cgroup) {
    std::string_view path = path_of(cgroup);
    std::vector<std::string_view> groups;
    while (!path.empty()) {
        const std::string_view group = take_until(path, '/');
        if (!group.empty()) groups.push_back(group);
    }
    ManagedBy managers;
    if (auto container = container_of(groups)) {
        managers.container = std::move(*container);
        return managers;
    }
    for (const std::string_view group : groups) {
        const std::string_view name = unescape(group);
        if (!is_unit(name)) continue;
        if (name == "init.scope" && !managers.unit.empty()) break;  // the user's manager itself
        // A user names units at will, so that one could pass for a unit of the system.
        if (!managers.unit.empty()) managers.unit += '/';
        managers.unit += name;
        if (!name.starts_with("user@")) break;
    }
    return managers;
}

}  // namespace loopingcall::device::detail
