#include <boost/asio/error.hpp>
#include <boost/core/demangle.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/call_result.hpp>
#include <loopingcall/looping_call_done.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace loopingcall::detail {

Failure failure_of(Failed failed) {
    if (failed.error) return {std::move(failed.error)};
    return {std::make_exception_ptr(
        std::invalid_argument("the body returned failed() without an error"))};
}

CallResult result_of_current_exception(std::any& value) noexcept {
    try {
        throw;
    } catch (const LoopingCallDone& finished) {
        try {
            value = finished.value();
            return Done<void>{};
        } catch (...) {
            return Failure{std::current_exception()};
        }
    } catch (...) {
        return Failure{std::current_exception()};
    }
}

Failure wrong_type(const std::type_info& given, const std::type_info& wanted) {
    return {std::make_exception_ptr(std::invalid_argument(
        "LoopingCallDone was thrown with a value of type " + boost::core::demangle(given.name()) +
        ", but the value of this looping call is of type " +
        boost::core::demangle(wanted.name())))};
}

bool is_operation_aborted(const std::exception_ptr& error) noexcept {
    if (!error) return false;
    try {
        std::rethrow_exception(error);
    } catch (const boost::system::system_error& thrown) {
        return thrown.code() == boost::asio::error::operation_aborted;
    } catch (...) {
        return false;
    }
}

}  // namespace loopingcall::detail
