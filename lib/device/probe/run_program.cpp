#include "run_program.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <utility>

namespace loopingcall::device::detail {

namespace {

/// Between SIGTERM and SIGKILL: a hung probe has nothing to tidy up, and a helper that runs as root
/// may be beyond our signals.
constexpr std::chrono::milliseconds grace{200};

}  // namespace

asio::awaitable<ProgramRun> run_program(std::vector<std::string> argv, Duration time_limit,
                                        std::size_t max_output) {
    process::Command command = process::in_c_locale({.argv = std::move(argv)});
    const process::ExecuteOptions limits{
        .timeout = time_limit, .grace = grace, .max_output = max_output, .allow_truncated = false};
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto [error, result] = co_await process::async_execute(executor, std::move(command), limits,
                                                           asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    co_return ProgramRun{error, std::move(result)};
}

}  // namespace loopingcall::device::detail
