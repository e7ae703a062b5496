#include <loopingcall/device/printable.hpp>
#include <loopingcall/device/report.hpp>
#include <ostream>

namespace loopingcall::device {

const char* to_string(State state) noexcept {
    switch (state) {
        case State::free:
            return "free";
        case State::busy:
            return "busy";
        case State::unknown:
            return "unknown";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& stream, State state) { return stream << to_string(state); }

const char* to_string(Seen seen) noexcept {
    switch (seen) {
        case Seen::nobody:
            return "nobody";
        case Seen::somebody:
            return "somebody";
        case Seen::not_applicable:
            return "not applicable";
        case Seen::not_inspected:
            break;
    }
    return "not inspected";
}

std::ostream& operator<<(std::ostream& stream, Seen seen) { return stream << to_string(seen); }

const char* to_string(ClaimKind kind) noexcept {
    switch (kind) {
        case ClaimKind::mount:
            return "mount";
        case ClaimKind::swap:
            return "swap";
        case ClaimKind::holder:
            return "holder";
        case ClaimKind::loop:
            return "loop";
        case ClaimKind::exclusive:
            return "exclusive";
        case ClaimKind::hidden:
            return "hidden";
        case ClaimKind::udev:
            return "udev";
        case ClaimKind::lock:
            return "lock";
    }
    return "exclusive";
}

std::ostream& operator<<(std::ostream& stream, ClaimKind kind) { return stream << to_string(kind); }

const char* to_string(UseKind kind) noexcept {
    switch (kind) {
        case UseKind::device:
            return "device";
        case UseKind::partition:
            return "partition";
        case UseKind::stacked:
            return "stacked";
        case UseKind::loop:
            return "loop";
        case UseKind::file:
            return "file";
        case UseKind::mount:
            return "mount";
        case UseKind::swap:
            return "swap";
        case UseKind::process:
            return "process";
        case UseKind::unseen:
            return "unseen";
        case UseKind::udev:
            return "udev";
        case UseKind::lock:
            break;
    }
    return "lock";
}

std::ostream& operator<<(std::ostream& stream, UseKind kind) { return stream << to_string(kind); }

namespace {

/// Below a mount point, another one.
bool is_below(const Claim& claim) {
    if (!claim.part.empty()) return false;
    if (claim.path == "/") return claim.detail != "/";
    return !claim.path.empty() && claim.detail.starts_with(claim.path.native() + '/');
}

std::string mount_in_words(const Claim& claim) {
    if (claim.detail.empty() && !claim.part.empty()) return claim.part;
    std::string text = is_below(claim)      ? "has a mount below it: "
                       : claim.part.empty() ? "mounted on "
                                            : claim.part + " on ";
    text += printable(claim.detail);
    if (claim.namespace_pid == 0) return text;
    text += " in the mount namespace of " + std::to_string(claim.namespace_pid);
    if (!claim.namespace_command.empty()) text += " (" + printable(claim.namespace_command) + ')';
    return text;
}

}  // namespace

std::string to_string(const Claim& claim) {
    const std::string more = claim.detail.empty() ? "" : " (" + printable(claim.detail) + ')';
    switch (claim.kind) {
        case ClaimKind::mount:
            return mount_in_words(claim);
        case ClaimKind::swap:
            return claim.part.empty() ? "swap" : claim.part + ' ' + printable(claim.detail);
        case ClaimKind::holder:
            return claim.part.empty() ? "held by " + printable(claim.detail) : claim.part + more;
        case ClaimKind::loop:
            return (claim.part.empty() ? "" : claim.part + ' ') + "the backing file of " +
                   printable(claim.detail);
        case ClaimKind::hidden:
            return "in use by the kernel or by a process that cannot be seen" + more;
        case ClaimKind::udev:
            return "udev: " + printable(claim.detail);
        case ClaimKind::lock:
            return "locked by " + printable(claim.detail);
        case ClaimKind::exclusive:
            break;
    }
    return "opened exclusively by something that cannot be seen" + more;
}

}  // namespace loopingcall::device
