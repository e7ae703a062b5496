#pragma once

#include <boost/asio/use_awaitable.hpp>

namespace loopingcall {

namespace asio = boost::asio;

/// What an operation of this library completes with when no completion token is given: it is
/// awaited.
///
/// Not `asio::deferred`: in Boost 1.81, awaiting a deferred operation that completes with
/// `(exception_ptr, T)` does not compile.
using default_token = asio::use_awaitable_t<>;

}  // namespace loopingcall
