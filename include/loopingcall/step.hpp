#pragma once

#include <boost/system/error_code.hpp>
#include <concepts>
#include <exception>
#include <loopingcall/export.hpp>
#include <loopingcall/time.hpp>
#include <utility>
#include <variant>

namespace loopingcall {

/// How the run continues. A body returns `Step<T>`, or nothing, which is `again`.
struct Again {};

/// Call again at the next tick of the grid.
inline constexpr Again again{};

template <class T>
struct Done {
    T value;
};
template <>
struct Done<void> {};

/// The loop is done, and this is its value: the outcome holds it.
template <class T>
[[nodiscard]] Done<std::decay_t<T>> done(T&& value) {
    return {std::forward<T>(value)};
}

/// The loop is done, without a value.
[[nodiscard]] inline Done<void> done() { return {}; }

struct After {
    Duration delay;
};

/// Call again `delay` after this call has returned: this one delay only, the grid stays.
/// Zero means at once. A negative delay is a failure of the call (`std::invalid_argument`).
[[nodiscard]] inline After after(Duration delay) { return {delay}; }

struct Failed {
    std::exception_ptr error;
};

/// The call has failed: the same as throwing `error`, without the cost of a throw.
[[nodiscard]] inline Failed failed(std::exception_ptr error) { return {std::move(error)}; }

/// The same for an `error_code`; the loop's error is a `boost::system::system_error` with it.
[[nodiscard]] LOOPINGCALL_EXPORT Failed failed(boost::system::error_code error);

/// The result of one call of a body: again, done with a `T`, after a delay, or failed.
///
/// `T` is the type of the run's value; `Step<void>` (or a body that returns nothing) has no value.
template <class T>
class Step {
  public:
    using Alternatives = std::variant<Again, After, Failed, Done<T>>;

    Step(Again step) : alternatives_(step) {}
    Step(After step) : alternatives_(step) {}
    Step(Failed step) : alternatives_(std::move(step)) {}

    /// `done(value)` with any value that converts to `T`; `done()` for a loop without a value.
    template <class U>
    requires std::convertible_to<U, T> ||(std::is_void_v<U>&& std::is_void_v<T>)Step(Done<U> step)
        : alternatives_(convert(std::move(step))) {}

    [[nodiscard]] Alternatives& alternatives() { return alternatives_; }

  private:
    template <class U>
    static Alternatives convert(Done<U> step) {
        if constexpr (std::is_void_v<U>) {
            return step;
        } else {
            return Done<T>{std::move(step.value)};
        }
    }

    Alternatives alternatives_;
};

/// The result of one call of a `BackOffLoopingCall`: a success (`true` or `again`), no success
/// (`false`), done with a `T`, or failed.
template <class T>
class BackOffStep {
  public:
    BackOffStep(bool success) : step_(again), success_(success) {}
    BackOffStep(Again step) : step_(step) {}
    BackOffStep(Failed step) : step_(std::move(step)) {}

    template <class U>
    requires std::convertible_to<Done<U>, Step<T>> BackOffStep(Done<U> step)
        : step_(std::move(step)) {}

    [[nodiscard]] bool success() const noexcept { return success_; }
    [[nodiscard]] Step<T>& step() { return step_; }

  private:
    Step<T> step_;
    bool success_ = true;
};

}  // namespace loopingcall
