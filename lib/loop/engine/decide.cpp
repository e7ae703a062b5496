#include "decide.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <string>

namespace loopingcall::detail {

void check(CallResult& result) {
    const auto* pause = std::get_if<After>(&result);
    if (pause == nullptr || pause->delay >= Duration::zero()) return;
    result = Failure{std::make_exception_ptr(
        std::invalid_argument("the body returned after(" + std::to_string(pause->delay.count()) +
                              " ns); the delay must be zero or more"))};
}

void time_out(CallResult& result) {
    if (std::holds_alternative<Done<void>>(result)) return;
    const auto* failure = std::get_if<Failure>(&result);
    if (failure && failure->error && !is_operation_aborted(failure->error)) return;
    result = Failure{
        std::make_exception_ptr(boost::system::system_error(boost::asio::error::timed_out))};
}

}  // namespace loopingcall::detail
