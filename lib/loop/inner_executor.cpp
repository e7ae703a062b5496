#include "inner_executor.hpp"

#if __has_include(<boost/asio/config.hpp>)
#include <boost/asio/config.hpp>
#endif
#include <boost/asio/io_context.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <loopingcall/detail/runner_base.hpp>
#include <optional>

namespace loopingcall::detail {

namespace {

template <class Inner>
std::optional<asio::any_io_executor> inner_of(const asio::any_io_executor& executor) {
    const auto* strand = executor.target<asio::strand<Inner>>();
    if (!strand) return std::nullopt;
    return strand->get_inner_executor();
}

std::optional<asio::any_io_executor> unwrap(const asio::any_io_executor& executor) {
    if (auto inner = inner_of<asio::any_io_executor>(executor)) return inner;
    if (auto inner = inner_of<asio::io_context::executor_type>(executor)) return inner;
    return inner_of<asio::thread_pool::executor_type>(executor);
}

}  // namespace

asio::any_io_executor inner_executor(asio::any_io_executor executor) {
    while (auto inner = unwrap(executor)) executor = *inner;
    return executor;
}

// Asio answers what follows for each of its executors, whose types are without number: work tracked
// or not, blocking or not, any allocator, strands of any of them. So the scheduler is asked, which
// they all have in common.
Scheduler* scheduler_of(asio::execution_context& context) {
    if (!asio::has_service<Scheduler>(context)) return nullptr;
    return &asio::use_service<Scheduler>(context);
}

bool is_stopped(const Scheduler* scheduler) { return scheduler && scheduler->stopped(); }

bool running_in_this_thread(const asio::any_io_executor& executor) {
    Scheduler* const scheduler = scheduler_of(asio::query(executor, asio::execution::context));
    return scheduler && scheduler->can_dispatch();
}

namespace {

// The scheduler has the hint; in newer releases of Boost, the configuration of the context has it.
template <class Scheduler>
bool is_promised_one_thread([[maybe_unused]] asio::execution_context& context,
                            [[maybe_unused]] const Scheduler& scheduler) {
    if constexpr (requires { scheduler.concurrency_hint(); }) {
        return scheduler.concurrency_hint() == 1;
    } else {
#if __has_include(<boost/asio/config.hpp>)
        return asio::config(context).get("scheduler", "concurrency_hint", 0) == 1;
#else
        return false;
#endif
    }
}

bool has_one_thread(const asio::io_context::executor_type& executor) {
    asio::execution_context& context = asio::query(executor, asio::execution::context);
    Scheduler* const scheduler = scheduler_of(context);
    return scheduler && is_promised_one_thread(context, *scheduler);
}

}  // namespace

// A strand of an any_io_executor allocates with each dispatch in Boost 1.81.
asio::any_io_executor serialized(const asio::any_io_executor& executor) {
    if (is_strand(executor)) return executor;
    if (const auto* io = executor.target<asio::io_context::executor_type>()) {
        if (has_one_thread(*io)) return executor;
        return asio::make_strand(*io);
    }
    if (const auto* pool = executor.target<asio::thread_pool::executor_type>()) {
        return asio::make_strand(*pool);
    }
    return asio::make_strand(executor);
}

bool is_context_executor(const asio::any_io_executor& executor) {
    return executor.target<asio::io_context::executor_type>() != nullptr ||
           executor.target<asio::thread_pool::executor_type>() != nullptr;
}

bool is_strand(const asio::any_io_executor& executor) { return unwrap(executor).has_value(); }

}  // namespace loopingcall::detail
