// What to do: one line for each kind of obstacle. Nothing of it is ever run here.
#include "advice.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "shell_quote.hpp"

namespace loopingcall::device::detail {

namespace {

/// What is known of a name without quotes: a name that others chose may be a trap.
std::string harmless(std::string_view name) {
    std::string text;
    for (const char character : name) {
        const bool letter =
            (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
        const bool is_safe = letter || (character >= '0' && character <= '9') ||
                             std::string_view(" _.:@+/-").find(character) != std::string::npos;
        text += is_safe ? character : '_';
    }
    return text;
}

std::string kill_of(pid_t pid, const std::string& name) {
    const std::string command = "kill " + std::to_string(pid);
    return name.empty() ? command : command + "  # " + harmless(name);
}

struct Runtime {
    std::string_view name;
    std::string_view stop;
};
constexpr std::array runtimes{Runtime{"docker", "docker stop"}, Runtime{"podman", "podman stop"},
                              Runtime{"lxc", "lxc-stop -n"}, Runtime{"machine", "machinectl stop"}};

/// "docker 4f5a1b2c3d4e": by its runtime, which would start the process again.
std::string stop_container(const std::string& container) {
    const std::size_t blank = container.find(' ');
    if (blank == std::string::npos) return {};
    for (const Runtime& runtime : runtimes) {
        if (container.substr(0, blank) != runtime.name) continue;
        const std::string name = container.substr(blank + 1);
        // An option's value may begin with a hyphen, and "--" would be one.
        if (runtime.stop.ends_with("-n")) return std::string(runtime.stop) + ' ' + shell_word(name);
        return command_on(runtime.stop, name);
    }
    return {};
}

/// systemd would start a service again. A scope is a session or another program's, and a user's
/// service manager has more than this process.
std::string stop_unit(std::string unit) {
    constexpr std::string_view service = ".service";
    if (!unit.ends_with(service) || unit.starts_with("user@")) return {};
    unit.erase(unit.size() - service.size());
    return command_on("systemctl stop", unit);
}

bool is_of_udev(const std::string& owner) {
    return owner.starts_with("(udev-worker)") || owner.starts_with("(udev-synth)") ||
           owner.starts_with("systemd-udevd") || owner.starts_with("udevd");
}

constexpr std::string_view of_udev = "udevadm settle";

/// `udevadm settle` hangs as long as udevd does.
constexpr std::string_view of_silent_udev =
    "udevadm control --ping --timeout=10 || systemctl restart systemd-udevd";

std::string stop(const Use& use) {
    if (!use.process) return {};
    const Holder& process = *use.process;
    if (process.pid == 1) return "it is used by process 1, which runs the system; use another disk";
    const std::string& name = process.command.empty() ? use.name : process.command;
    if (name.empty()) {
        return "run diskwait again: process " + std::to_string(process.pid) + " has ended";
    }
    if (is_of_udev(name)) return std::string(of_udev);
    if (std::string by_unit = stop_unit(process.unit); !by_unit.empty()) return by_unit;
    if (std::string all = stop_container(process.container); !all.empty()) return all;
    return kill_of(process.pid, name);
}

std::string unmount(const Use& use) {
    if (use.name.empty()) {
        return "look for a process that keeps the file system: in another mount namespace, with an "
               "io_uring, or with files in flight through a socket";
    }
    if (use.name == "/" && use.seen_by == 0) {
        return "the running system is on it (mounted on /); use another disk";
    }
    if (use.seen_by == 0) return command_on("umount", use.name);
    return command_on("nsenter -t " + std::to_string(use.seen_by) + " -m umount", use.name);
}

struct Maker {
    std::string_view name;
    std::string (*stop)(const Use&);
};

/// What made a stacked device takes it apart, too. `detail` is the name that it was given.
constexpr std::array makers{
    Maker{"lvm",
          [](const Use& use) { return command_on("vgchange -an", volume_group_of(use.detail)); }},
    Maker{"crypt", [](const Use& use) { return command_on("cryptsetup close", use.detail); }},
    Maker{"multipath", [](const Use& use) { return command_on("multipath -f", use.detail); }},
    Maker{"verity", [](const Use& use) { return command_on("veritysetup close", use.detail); }},
    Maker{"integrity",
          [](const Use& use) { return command_on("integritysetup close", use.detail); }},
    Maker{"dm", [](const Use& use) { return command_on("dmsetup remove", use.detail); }},
    Maker{"md", [](const Use& use) { return command_on("mdadm --stop", use.name); }},
    Maker{"bcache",
          [](const Use& use) {
              const std::string name = use.name.substr(use.name.rfind('/') + 1);
              return "echo 1 > " + shell_word("/sys/block/" + name + "/bcache/stop");
          }},
    Maker{"btrfs",
          [](const Use& use) {
              return "unmount the " + harmless(use.name) +
                     "; a mount namespace that cannot be seen from here has it mounted";
          }},
};

std::string take_apart(const Use& use) {
    const auto* const maker = std::find_if(makers.begin(), makers.end(),
                                           [&](const Maker& one) { return one.name == use.maker; });
    if (maker != makers.end()) return maker->stop(use);
    return "stop what uses the device as " + harmless(use.name);
}

/// Of "sfdisk 512".
std::string release_lock(const Use& use) {
    if (is_of_udev(use.detail)) return std::string(of_udev);
    const std::size_t blank = use.detail.rfind(' ');
    const std::string pid = blank == std::string::npos ? use.detail : use.detail.substr(blank + 1);
    const bool is_number =
        !pid.empty() && pid != "0" && pid.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number) return "wait until the lock of the disk is released";
    return "kill " + pid + "  # " +
           (blank == std::string::npos ? "" : harmless(use.detail.substr(0, blank)) + ", ") +
           "which locks the disk";
}

std::string look_for_unseen(const Use& use) {
    if (use.name.find("refuse to unmount") != std::string::npos) {
        return "look for what keeps it in use: a bound socket (ss -xl), exportfs -v, an io_uring, "
               "files in flight through a socket";
    }
    if (use.detail == "hidden") {
        return "look for what the kernel has the file open for: exportfs -v, targetcli ls, "
               "accton, overlay mounts";
    }
    return "look for what the kernel uses the device for: dmsetup ls, zpool status, drbdadm "
           "status, targetcli ls; and run as root on the host";
}

bool is_the_running_system(const Use& use) {
    return use.kind == UseKind::mount && use.name == "/" && use.seen_by == 0;
}

}  // namespace

StackedName parse_stacked_name(const std::string& detail) {
    const std::size_t open = detail.find(" (");
    if (open == std::string::npos || !detail.ends_with(')')) return {"/dev/" + detail, detail};
    return {"/dev/" + detail.substr(0, open), detail.substr(open + 2, detail.size() - open - 3)};
}

std::string volume_group_of(const std::string& name) {
    std::string group;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] == '-') {
            if (i + 1 == name.size() || name[i + 1] != '-') break;
            ++i;
        }
        group += name[i];
    }
    return group;
}

std::string remedy_for(const Use& use) {
    switch (use.kind) {
        case UseKind::device:
        case UseKind::partition:
        case UseKind::file:
            return {};
        case UseKind::stacked:
            return take_apart(use);
        case UseKind::loop:
            return command_on("losetup -d", use.name);
        case UseKind::mount:
            return unmount(use);
        case UseKind::swap:
            return command_on("swapoff", use.name);
        case UseKind::process:
            return stop(use);
        case UseKind::unseen:
            return look_for_unseen(use);
        case UseKind::udev:
            return std::string(
                use.detail.find("not answered") == std::string::npos ? of_udev : of_silent_udev);
        case UseKind::lock:
            break;
    }
    return release_lock(use);
}

std::string first_remedy(const Use& root) {
    for (const Use& use : root.uses) {
        std::string remedy = is_the_running_system(use) ? std::string() : first_remedy(use);
        if (remedy.empty()) remedy = remedy_for(use);
        if (!remedy.empty()) return remedy;
    }
    return {};
}

}  // namespace loopingcall::device::detail

namespace loopingcall::device {

std::string advise(const Report& report) {
    switch (report.state) {
        case State::free:
            return {};
        case State::unknown:
            return detail::remedy_for_reason(report.reason);
        case State::busy:
            break;
    }
    if (std::string remedy = detail::remedy_for_unseen(report); !remedy.empty()) return remedy;
    std::string advice =
        detail::first_remedy(report.tree.empty() ? detail::tree_of(report) : report.tree.front());
    if (advice.empty()) advice = detail::first_remedy(detail::tree_of(report));
    return advice.empty() ? "see what uses it: diskwait --explain, as root" : advice;
}

}  // namespace loopingcall::device
