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

std::string to_string(const Claim& claim) {
    switch (claim.kind) {
        case ClaimKind::mount:
            return "mounted on " + printable(claim.detail);
        case ClaimKind::swap:
            return "swap";
        case ClaimKind::holder:
            return "held by " + printable(claim.detail);
        case ClaimKind::loop:
            return "the backing file of " + printable(claim.detail);
        case ClaimKind::hidden:
            return "open in the kernel or in a process that cannot be seen";
        case ClaimKind::udev:
            return "udev: " + printable(claim.detail);
        case ClaimKind::lock:
            return "locked by " + printable(claim.detail);
        case ClaimKind::exclusive:
            break;
    }
    return "opened exclusively by something that cannot be seen";
}

}  // namespace loopingcall::device
