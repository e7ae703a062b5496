#include "probe.hpp"

#include <unistd.h>

#include <loopingcall/device/fuser.hpp>
#include <loopingcall/device/lsof.hpp>
#include <utility>

#include "run_program.hpp"

namespace loopingcall::device::detail {

namespace {

/// A line for each descriptor that may not be inspected: a hundred thousand of them.
constexpr std::size_t most_output = std::size_t{16} << 20U;

std::vector<std::string> command_for(Probe probe, const std::filesystem::path& path) {
    if (probe == Probe::fuser) return {"fuser", path.string()};
    return {"lsof", "-w", "-nP", "-F0pcuLft", "--", path.string()};
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
    auto [error, result] = co_await run_program(command_for(probe, device.path),
                                                options.check_device_probe_timeout, most_output);
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
