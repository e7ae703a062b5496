#include <boost/system/system_error.hpp>
#include <loopingcall/outcome.hpp>
#include <loopingcall/step.hpp>
#include <ostream>

namespace loopingcall {

const char* to_string(StopReason reason) noexcept {
    switch (reason) {
        case StopReason::done:
            return "done";
        case StopReason::stopped:
            return "stopped";
        case StopReason::timed_out:
            return "timed_out";
        case StopReason::exhausted:
            return "exhausted";
        case StopReason::failed:
            return "failed";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& stream, StopReason reason) {
    return stream << to_string(reason);
}

Failed failed(boost::system::error_code error) {
    return failed(std::make_exception_ptr(boost::system::system_error(error)));
}

}  // namespace loopingcall
