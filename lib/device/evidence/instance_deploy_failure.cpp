#include <algorithm>
#include <loopingcall/device/instance_deploy_failure.hpp>
#include <loopingcall/device/printable.hpp>

namespace loopingcall::device {

namespace {

std::string pids_of(const Report& report) {
    std::string pids;
    for (const Holder& holder : report.holders) {
        pids += (pids.empty() ? "" : ", ") + std::to_string(holder.pid);
    }
    return pids;
}

std::string claims_of(const Report& report) {
    std::string claims;
    for (const Claim& claim : report.claims) {
        claims += (claims.empty() ? "" : ", ") + to_string(claim);
    }
    return claims;
}

/// The texts of Ironic 5166aab7, "Time out" included, for callers that match on them. What is not
/// fuser's word, such as a mount, stands where Ironic puts what fuser exited with.
std::string text_for(const WaitResult& result) {
    const Report& report = result.report;
    const std::string failed =
        "Disk partitioning failed on device " + printable(report.device.native()) + ". ";
    const std::string end = " Time out waiting for completion.";
    if (!report.holders.empty()) {
        return failed + "Processes with the following PIDs are holding it: " + pids_of(report) +
               "." + end;
    }
    const std::string why = report.claims.empty() ? report.reason : claims_of(report);
    return failed + "Fuser exited with \"" + why + "\"." + end;
}

}  // namespace

InstanceDeployFailure::InstanceDeployFailure(const WaitResult& result)
    : std::runtime_error(text_for(result)), result_(result) {}

void require_free(const std::vector<WaitResult>& results) {
    const auto throw_first = [&](State state) {
        const auto found =
            std::find_if(results.begin(), results.end(),
                         [&](const WaitResult& result) { return result.report.state == state; });
        if (found != results.end()) throw InstanceDeployFailure(*found);
    };
    throw_first(State::busy);
    throw_first(State::unknown);
}

}  // namespace loopingcall::device
