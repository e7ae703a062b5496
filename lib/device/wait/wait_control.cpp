#include <loopingcall/device/wait_control.hpp>
#include <stdexcept>
#include <utility>

namespace loopingcall::device {

void WaitControl::set_limits(Duration interval, std::uint64_t max_retries) {
    if (interval < Duration::zero()) throw std::invalid_argument("the interval is negative");
    if (max_retries == 0) throw std::invalid_argument("max_retries is 0; it must be at least 1");
    const std::scoped_lock lock(mutex_);
    std::erase_if(listeners_, [&](const Listener& tell) { return !tell(interval, max_retries); });
}

void WaitControl::listen(Listener listener) {
    const std::scoped_lock lock(mutex_);
    listeners_.push_back(std::move(listener));
}

}  // namespace loopingcall::device
