// Advice where there is no tree: by the claims and holders, or by the reason of an unknown state.
#include <algorithm>
#include <array>
#include <string_view>

#include "advice.hpp"
#include "shell_quote.hpp"

namespace loopingcall::device::detail {

namespace {

struct ByReason {
    std::string_view part;  ///< of the reason
    std::string_view advice;
};

/// The first row whose part is in the reason counts.
constexpr std::array by_reason{
    ByReason{"no such device", "check the name, or wait for the device with --wait-for-device"},
    ByReason{"it was removed during", "wait until it is there again with --wait-for-device"},
    ByReason{"it was unmounted while", "wait until it is mounted again with --wait-for-device"},
    ByReason{"another file system was mounted",
             "run diskwait again, or follow the name with --wait-for-device"},
    ByReason{"another device has taken its name",
             "run diskwait again, or follow the name with --wait-for-device"},
    ByReason{"has become another", "run diskwait again"},
    ByReason{"came and went faster", "run diskwait again when fewer processes are started"},
    ByReason{"changed again and again", "run diskwait again when nothing changes the device"},
    ByReason{"opened again and again",
             "stop what opens the device, or wait for a shorter time with --quiet-period"},
    ByReason{"the time ran out", "allow more time with --timeout"},
    ByReason{"/proc does not show this process", "mount -t proc proc /proc"},
    ByReason{"Permission denied", "run as root or set root_helper"},
    ByReason{"not permitted", "run as root or set root_helper"},
    ByReason{"Too many levels", "check the name"},
    ByReason{"too many", "raise the limit of open files (ulimit -n), and run diskwait again"},
    ByReason{"Too many", "raise the limit of open files (ulimit -n), and run diskwait again"},
    ByReason{"check_device_probe_timeout",
             "look for a device or file system that does not answer, or allow more time with "
             "--probe-timeout"},
    ByReason{"within ",
             "look for a device or file system that does not answer, or allow more time with "
             "--probe-timeout"},
    ByReason{"timed out",
             "look for a device or file system that does not answer, or allow more time with "
             "--probe-timeout"},
    ByReason{"fuser", "use another probe, with --probe procfs"},
    ByReason{"lsof", "use another probe, with --probe procfs"},
    ByReason{"shows no block device", "check the name: no device has the number of this node"},
    ByReason{"Resource temporarily unavailable",
             "allow more processes (ulimit -u) or memory, and run diskwait again"},
    ByReason{"endpoint is not connected", "unmount its file system, whose server has ended"},
    ByReason{"No such file or directory", "check the name"},
    ByReason{"Not a directory", "check the name"},
    ByReason{"File name too long", "check the name"},
    ByReason{"Invalid argument", "check the name"},
};

constexpr std::array<std::string_view, 10> verbs{"run ", "mount ", "use ",   "set ",     "install ",
                                                 "add ", "count ", "allow ", "exclude ", "if "};

/// Reasons end with the remedy, if there is a clear one: "...; run as root or set root_helper".
std::string remedy_in(const std::string& reason) {
    const std::size_t at = reason.rfind("; ");
    if (at == std::string::npos) return {};
    std::string rest = reason.substr(at + 2);
    const bool is_remedy = std::any_of(
        verbs.begin(), verbs.end(), [&](std::string_view verb) { return rest.starts_with(verb); });
    return is_remedy ? rest : std::string();
}

/// Of "/proc/9/fd is hidden by something mounted over it": paths of /proc and sysfs are plain.
std::string uncover(const std::string& reason) {
    const std::size_t end = reason.find(" is hidden by something mounted over it; unmount");
    if (end == std::string::npos) return {};
    const std::size_t begin = reason.rfind(' ', end - 1);
    const std::size_t first = begin == std::string::npos ? 0 : begin + 1;
    return command_on("umount", reason.substr(first, end - first));
}

Use use_of(const Claim& claim) {
    switch (claim.kind) {
        case ClaimKind::mount:
            return {.kind = UseKind::mount,
                    .name = claim.detail,
                    .detail = claim.part,
                    .seen_by = claim.namespace_pid};
        case ClaimKind::swap:
            return {.kind = UseKind::swap,
                    .name = claim.detail.empty() ? claim.path.native() : claim.detail};
        case ClaimKind::holder: {
            const StackedName name = parse_stacked_name(claim.detail);
            const bool is_dm = name.node.starts_with("/dev/dm-");
            const bool is_md = name.node.starts_with("/dev/md");
            const bool is_bcache = name.node.starts_with("/dev/bcache");
            const bool is_btrfs = claim.detail.starts_with("btrfs ");
            Use use{.kind = UseKind::stacked,
                    .name = is_dm || is_md || is_bcache ? name.node : claim.detail,
                    .detail = name.given};
            use.maker = is_dm       ? "dm"
                        : is_md     ? "md"
                        : is_bcache ? "bcache"
                        : is_btrfs  ? "btrfs"
                                    : "";
            return use;
        }
        case ClaimKind::loop:
            return {.kind = UseKind::loop, .name = claim.detail};
        case ClaimKind::udev:
            return {.kind = UseKind::udev, .name = "udev", .detail = claim.detail};
        case ClaimKind::lock:
            return {.kind = UseKind::lock, .name = "lock", .detail = claim.detail};
        case ClaimKind::exclusive:
        case ClaimKind::hidden:
            break;
    }
    return {.kind = UseKind::unseen, .name = to_string(claim), .detail = to_string(claim.kind)};
}

/// What is on top comes first. Of mounts, those that may lie below others; of stacked devices, the
/// one that was found last.
int rank(const Claim& claim) {
    switch (claim.kind) {
        case ClaimKind::mount:
            return 0;
        case ClaimKind::swap:
            return 1;
        case ClaimKind::loop:
            return 2;
        case ClaimKind::holder:
            return 3;
        case ClaimKind::udev:
        case ClaimKind::lock:
            return 4;
        case ClaimKind::exclusive:
        case ClaimKind::hidden:
            break;
    }
    return 5;
}

}  // namespace

std::string remedy_for_reason(const std::string& reason) {
    if (std::string remedy = remedy_in(reason); !remedy.empty()) return remedy;
    if (std::string remedy = uncover(reason); !remedy.empty()) return remedy;
    for (const ByReason& row : by_reason) {
        if (reason.find(row.part) != std::string::npos) return std::string(row.advice);
    }
    return "see which source could not be read, with --verbose";
}

std::string remedy_for_unseen(const Report& report) {
    const bool is_seen =
        !report.holders.empty() ||
        std::any_of(report.claims.begin(), report.claims.end(), [](const Claim& one) {
            return one.kind != ClaimKind::hidden && one.kind != ClaimKind::exclusive;
        });
    if (is_seen) return {};
    for (const EvidenceItem& item : report.evidence) {
        if (item.seen != Seen::not_inspected) continue;
        std::string remedy = remedy_in(item.detail);
        if (remedy.starts_with("run ")) return remedy;
    }
    return {};
}

Use tree_of(const Report& report) {
    Use root{.kind = UseKind::device, .name = report.device.native()};
    for (const Holder& holder : report.holders) {
        root.uses.push_back({.kind = UseKind::process, .name = holder.command, .process = holder});
    }
    std::vector<Claim> claims(report.claims.rbegin(), report.claims.rend());
    std::stable_sort(claims.begin(), claims.end(), [](const Claim& one, const Claim& other) {
        if (rank(one) != rank(other)) return rank(one) < rank(other);
        const bool are_mounts = one.kind == ClaimKind::mount;
        return are_mounts && one.detail.size() > other.detail.size();
    });
    for (const Claim& claim : claims) root.uses.push_back(use_of(claim));
    return root;
}

}  // namespace loopingcall::device::detail
