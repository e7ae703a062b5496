#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/detail/scheduler.hpp>
#include <boost/asio/execution_context.hpp>

namespace loopingcall::detail {

namespace asio = boost::asio;

/// What an `io_context` or `thread_pool` runs its handlers with.
using Scheduler = asio::detail::scheduler;

/// @return null for another kind of context.
Scheduler* scheduler_of(asio::execution_context& context);

/// Whether the context was stopped.
bool is_stopped(const Scheduler* scheduler);

/// What `executor` runs on if it is a strand, a strand of a strand, and so on; else itself.
asio::any_io_executor inner_executor(asio::any_io_executor executor);

/// `executor` itself if it is a strand, or of an `io_context` that is promised to be run by one
/// thread (concurrency hint 1); else a strand of it: what is posted to it never runs at the same
/// time as other work of it, whatever number of threads there are.
asio::any_io_executor serialized(const asio::any_io_executor& executor);

/// Whether it is the executor of an `io_context` or `thread_pool` itself, whose work may be done on
/// any thread that runs the context.
bool is_context_executor(const asio::any_io_executor& executor);

/// Whether this thread runs the context of `executor`; known for every kind of executor of an
/// `io_context` or `thread_pool`, including strands, otherwise false.
bool running_in_this_thread(const asio::any_io_executor& executor);

}  // namespace loopingcall::detail
