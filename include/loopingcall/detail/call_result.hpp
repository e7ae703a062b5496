#pragma once

#include <any>
#include <exception>
#include <loopingcall/export.hpp>
#include <loopingcall/step.hpp>
#include <loopingcall/time.hpp>
#include <optional>
#include <typeinfo>
#include <variant>

namespace loopingcall::detail {

/// A call that was no success.
struct Failure {
    std::exception_ptr error = nullptr;            ///< empty: it said so without an error
    std::optional<Duration> delay = std::nullopt;  ///< before the next call, if this one knows
    bool ends_the_loop = false;                    ///< whatever the schedule would do
};

/// The result of one call of the body, without its value, which stays in the `TypedEngine`.
using CallResult = std::variant<Again, After, Failure, Done<void>>;

/// What a body's failed() means; without an error, that is a failure all the same.
LOOPINGCALL_EXPORT Failure failure_of(Failed failed);

/// The exception being handled, as a result. The value of a `LoopingCallDone` goes to `value`.
LOOPINGCALL_EXPORT CallResult result_of_current_exception(std::any& value) noexcept;

/// The failure of a `LoopingCallDone` with a value of another type than the loop's.
LOOPINGCALL_EXPORT Failure wrong_type(const std::type_info& given, const std::type_info& wanted);

/// Whether there is an `error`, and it is how Asio says that an operation was cancelled.
[[nodiscard]] LOOPINGCALL_EXPORT bool is_operation_aborted(
    const std::exception_ptr& error) noexcept;

}  // namespace loopingcall::detail
