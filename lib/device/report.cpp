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

}  // namespace loopingcall::device
