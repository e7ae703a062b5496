#pragma once

#include <boost/system/error_code.hpp>
#include <loopingcall/export.hpp>
#include <type_traits>

namespace loopingcall {

/// How a looping call refuses what it is asked. Category name: `loopingcall`.
enum class errc {
    /// start() was called while a run of this call has not ended.
    already_running = 1,
    /// async_wait() was called although start() never was: there is nothing to wait for.
    not_started,
};

/// The category of `errc`.
LOOPINGCALL_EXPORT const boost::system::error_category& loop_category() noexcept;

/// Found by argument-dependent look-up, so that an `errc` converts to an `error_code`.
LOOPINGCALL_EXPORT boost::system::error_code make_error_code(errc value) noexcept;

}  // namespace loopingcall

/// @cond
template <>
struct boost::system::is_error_code_enum<loopingcall::errc> : std::true_type {};
/// @endcond
