#include "probe.hpp"

#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/device/fuser.hpp>
#include <loopingcall/device/lsof.hpp>
#include <loopingcall/process/execute.hpp>
#include <utility>

namespace loopingcall::device::detail {

namespace {

/// A hung probe is told to end and soon killed: it has nothing to tidy up.
constexpr std::chrono::milliseconds grace{200};

/// A line for each descriptor that may not be inspected: a hundred thousand of them.
constexpr std::size_t max_output = std::size_t{16} << 20U;

process::Command command_for(Probe probe, const std::filesystem::path& path) {
    if (probe == Probe::fuser) return {.argv = {"fuser", path.string()}};
    return {.argv = {"lsof", "-w", "-nP", "-F0pcuLft", "--", path.string()}};
}

const char* package_of(Probe probe) { return probe == Probe::fuser ? "psmisc" : "lsof"; }

std::string why_no_answer(boost::system::error_code error, const process::ExecuteResult& result,
                          Probe probe) {
    if (error != process::errc::not_found) return result.message;
    return result.message + "; install " + package_of(probe);
}

}  // namespace

asio::awaitable<Report> ask_program(Identity device, const WaitOptions& options) {
    const Probe probe = options.check_device_probe;
    process::Command command = process::in_c_locale(command_for(probe, device.path));
    const process::ExecuteOptions limits{.timeout = options.check_device_probe_timeout,
                                         .grace = grace,
                                         .max_output = max_output,
                                         .allow_truncated = false};
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    auto [error, result] = co_await process::async_execute(executor, std::move(command), limits,
                                                           asio::as_tuple(asio::use_awaitable));
    if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
    if (error) {
        co_return Report{.device = device.path, .reason = why_no_answer(error, result, probe)};
    }
    if (probe == Probe::fuser) {
        const FuserAnswer answer{result.status, std::move(result.standard_output),
                                 std::move(result.standard_error)};
        co_return judge(answer, device.path, ::getpid());
    }
    const LsofAnswer answer{result.status, std::move(result.standard_output),
                            std::move(result.standard_error)};
    co_return judge(answer, device.path, ::getpid());
}

}  // namespace loopingcall::device::detail
