#pragma once

#include <boost/asio/awaitable.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/process/wait_status.hpp>
#include <string>
#include <vector>

#include "device/evidence/evidence.hpp"
#include "device/kernel/identity.hpp"

namespace loopingcall::device::detail {

namespace asio = boost::asio;

/// The command that makes one whole check as root: `root_helper diskwait --one-check ... DEVICE`.
/// Its words depend on the options alone, and DEVICE is the last one.
std::vector<std::string> helper_command(const Identity& device, const WaitOptions& options);

/// All that a run of the helper says.
struct HelperAnswer {
    process::WaitStatus status = {};
    std::string standard_output = {};
    std::string standard_error = {};
};

/// What the answer proves: the state that its table of evidence proves, if the answer is whole, of
/// this version's schema, about this device, and agrees with itself and with its exit status.
/// Anything else is unknown, with the reason. A pure function.
Report judge(const HelperAnswer& answer, const Identity& device, ObjectKind kind,
             const WaitOptions& options);

/// Makes one check through the root helper. What goes wrong makes the state unknown; only a
/// cancellation is thrown, as `operation_aborted`.
asio::awaitable<Report> check_through_helper(Identity device, ObjectKind kind,
                                             const WaitOptions& options, Duration time_limit);

}  // namespace loopingcall::device::detail
