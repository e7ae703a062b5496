#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <concepts>
#include <loopingcall/default_token.hpp>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

/// An execution context that has executors: `io_context`, `thread_pool`.
template <class Context>
concept context_with_executor = std::derived_from<Context, asio::execution_context> &&
    requires(Context& context) {
    { context.get_executor() } -> std::convertible_to<asio::any_io_executor>;
};

/// What functions of this library take for an executor: any executor, or an execution context,
/// which stands for its own, as with Asio's I/O objects.
class ExecutorArgument {
  public:
    ExecutorArgument(asio::any_io_executor executor) : executor_(std::move(executor)) {}

    template <class Executor>
    requires(!std::same_as<std::remove_cvref_t<Executor>, ExecutorArgument> &&
             !context_with_executor<std::remove_cvref_t<Executor>> &&
             std::convertible_to<Executor, asio::any_io_executor>)  // NOLINTNEXTLINE: is one
        ExecutorArgument(Executor&& executor)
        : executor_(std::forward<Executor>(executor)) {}

    template <context_with_executor Context>
    ExecutorArgument(Context& context) : executor_(context.get_executor()) {}

    operator const asio::any_io_executor&() const noexcept { return executor_; }

  private:
    asio::any_io_executor executor_;
};

}  // namespace loopingcall::detail
