#pragma once

#include <boost/asio/any_completion_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/consign.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <cstdint>
#include <loopingcall/detail/engine.hpp>
#include <utility>

namespace loopingcall::detail {

/// A waiter. Its executor counts it as work, so that run() does not return before the waiter has
/// the outcome.
struct Engine::WaiterEntry {
    WaiterEntry(std::uint64_t id_, Waiter handler_, const asio::any_io_executor& executor_)
        : id(id_),
          handler(std::move(handler_)),
          executor(executor_),
          work(asio::prefer(asio::get_associated_executor(handler, executor_),
                            asio::execution::outstanding_work.tracked)) {}

    void tell(std::exception_ptr error, ErasedOutcome outcome) {
        if (at_once) {
            std::move(handler)(std::move(error), std::move(outcome));
        } else {
            // The work goes with the handler, which may destroy what it counts for.
            asio::post(executor, asio::append(asio::consign(std::move(handler), std::move(work)),
                                              std::move(error), std::move(outcome)));
        }
    }

    std::uint64_t id;
    Waiter handler;
    asio::any_io_executor executor;
    asio::any_completion_executor work;
    bool at_once = false;  // a thread that blocks receives the outcome where the loop ends
};

}  // namespace loopingcall::detail
