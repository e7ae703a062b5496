#include "fuser_probe.hpp"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/device/fuser.hpp>
#include <loopingcall/process/execute.hpp>
#include <system_error>
#include <utility>

#include "process_info.hpp"

namespace loopingcall::device::detail {

namespace {

/// A hung fuser is told to end and soon killed: it has nothing to tidy up.
constexpr std::chrono::milliseconds grace{200};

/// A line for each descriptor that may not be inspected: a hundred thousand of them.
constexpr std::size_t max_output = std::size_t{16} << 20U;

Report unknown(const std::filesystem::path& device, std::string reason) {
    return {.device = device, .reason = std::move(reason)};
}

std::string why_no_answer(boost::system::error_code error, const process::ExecuteResult& result) {
    if (error == process::errc::not_found) return result.message + "; install psmisc";
    return result.message;
}

}  // namespace

asio::awaitable<Report> probe_with_fuser(std::filesystem::path device,
                                         std::chrono::nanoseconds timeout, bool strict) {
    std::error_code unresolved;
    const auto path = std::filesystem::canonical(device, unresolved);
    if (unresolved == std::errc::no_such_file_or_directory) {
        co_return unknown(device, "no such device");
    }
    if (unresolved) co_return unknown(device, unresolved.message());

    process::Command command = process::in_c_locale({.argv = {"fuser", path.string()}});
    const process::ExecuteOptions options{
        .timeout = timeout, .grace = grace, .max_output = max_output, .allow_truncated = false};
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto [error, result] = co_await process::async_execute(executor, std::move(command), options,
                                                           asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) co_return unknown(device, why_no_answer(error, result));

    const FuserAnswer answer{result.status, std::move(result.standard_output),
                             std::move(result.standard_error)};
    Report report = judge(answer, path, strict, ::getpid());
    report.device = std::move(device);
    for (Holder& holder : report.holders) identify(holder);
    co_return report;
}

}  // namespace loopingcall::device::detail
