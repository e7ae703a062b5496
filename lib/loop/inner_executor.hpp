#pragma once

#include <boost/asio/any_io_executor.hpp>

namespace loopingcall::detail {

namespace asio = boost::asio;

/// What a strand is a strand of, for strands of `io_context`, `thread_pool` and `any_io_executor`;
/// any other executor is returned as it is.
asio::any_io_executor inner_executor(asio::any_io_executor executor);

/// Whether `executor` is such a strand.
bool is_strand(const asio::any_io_executor& executor);

}  // namespace loopingcall::detail
