#pragma once

#include <any>
#include <concepts>
#include <exception>
#include <loopingcall/export.hpp>
#include <type_traits>
#include <utility>

namespace loopingcall {

/// Thrown by a body to say that the loop is done, from however deep; oslo.service's way. Returning
/// done() says the same without the cost of a throw.
///
///     throw LoopingCallDone(42);     // the outcome is `done`, and its value 42
///     throw LoopingCallDone();       // `done` with an empty value
///
/// The value must be of exactly the loop's type; another one makes the outcome `failed`, with an
/// error that names both types.
class LOOPINGCALL_EXPORT LoopingCallDone : public std::exception {
  public:
    LoopingCallDone() = default;

    template <class T>  // NOLINTNEXTLINE: the constraint leaves copying and moving alone
    requires(!std::same_as<std::remove_cvref_t<T>, LoopingCallDone>) explicit LoopingCallDone(
        T&& value)
        : value_(std::forward<T>(value)) {}

    [[nodiscard]] const char* what() const noexcept override { return "the looping call is done"; }

    /// Empty if none was given.
    [[nodiscard]] const std::any& value() const noexcept { return value_; }

  private:
    std::any value_;
};

}  // namespace loopingcall
