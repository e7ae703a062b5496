#pragma once

#include <cstdint>
#include <exception>
#include <iosfwd>
#include <loopingcall/export.hpp>
#include <loopingcall/stats.hpp>
#include <optional>
#include <type_traits>
#include <variant>

namespace loopingcall {

/// How a run ended. The five reasons are distinct; in `oslo.service`, `stop()` and
/// `LoopingCallDone(True)` are not.
enum class StopReason : std::uint8_t {
    done,       ///< the body returned done()
    stopped,    ///< stop(), or the object was destroyed
    timed_out,  ///< `Options::timeout` was reached
    exhausted,  ///< `Options::max_calls` calls were made and none was done
    failed,     ///< the body threw, or returned failed()
};

/// The reason's name, as in the source.
LOOPINGCALL_EXPORT const char* to_string(StopReason reason) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, StopReason reason);

/// How a run ended and with what. It stays with the call until the next start(): any number of
/// waiters get the same one, before or after the end.
///
/// `T` must be copyable, because each waiter gets a copy.
template <class T>
struct Outcome {
    using value_type = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

    StopReason reason = StopReason::stopped;
    /// What the body passed to done(); empty for every other reason, and for `done()` without one.
    std::optional<value_type> value;
    /// Always set when `reason` is failed: the very object that the body threw. Set when it is
    /// timed_out or exhausted and the last call failed. Empty otherwise.
    std::exception_ptr error;
    Stats stats;
};

}  // namespace loopingcall
