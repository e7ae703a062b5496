#pragma once

#include <optional>
#include <utility>

namespace loopingcall {

/// An optional limit with a default, which knows whether it was given.
///
///     RetryPolicy<>{}                                  3 attempts, the default
///     RetryPolicy<>{.deadline = 1h}                    as many as there is time for
///     RetryPolicy<>{.max_attempts = 3, .deadline = 1h} 3 attempts: the limit was given
///     RetryPolicy<>{.max_attempts = std::nullopt}      no limit
///
/// A default must not undo another limit that was given, so it gives way to that.
template <class T>
class Limit : public std::optional<T> {
    using Base = std::optional<T>;

  public:
    using Base::Base;  // given: a value, or nothing for no limit
    constexpr Limit(Base other) : Base(std::move(other)) {}

    /// `value`, unless another one is given.
    [[nodiscard]] static constexpr Limit by_default(T value) {
        Limit limit(std::move(value));
        limit.is_default_ = true;
        return limit;
    }

    /// Whether it was not given.
    [[nodiscard]] constexpr bool is_default() const noexcept { return is_default_; }

    template <class... Arguments>
    constexpr T& emplace(Arguments&&... arguments) {
        is_default_ = false;
        return Base::emplace(std::forward<Arguments>(arguments)...);
    }
    constexpr void reset() noexcept {
        is_default_ = false;
        Base::reset();
    }

  private:
    bool is_default_ = false;
};

}  // namespace loopingcall
