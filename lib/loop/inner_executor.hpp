#pragma once

#include <boost/asio/any_io_executor.hpp>

namespace loopingcall::detail {

namespace asio = boost::asio;

/// What `executor` runs on if it is a strand, a strand of a strand, and so on; else itself.
asio::any_io_executor inner_executor(asio::any_io_executor executor);

/// Whether this thread runs the context of `executor`; known for `io_context`, `thread_pool`, and
/// strands of them, otherwise false.
bool running_in_this_thread(const asio::any_io_executor& executor);

}  // namespace loopingcall::detail
