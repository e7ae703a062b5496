#pragma once

#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/export.hpp>
#include <stdexcept>
#include <string>

namespace loopingcall::device {

/// A deployment cannot continue, because its disk did not become free. For code that throws, as
/// Ironic does (ironic.common.exception.InstanceDeployFailure), with its two texts. result() has
/// the whole Report, and Report::advice says what to do.
class LOOPINGCALL_EXPORT InstanceDeployFailure : public std::runtime_error {
  public:
    /// @param result  of a device that is not free.
    explicit InstanceDeployFailure(const WaitResult& result);

    [[nodiscard]] const WaitResult& result() const noexcept { return result_; }

  private:
    WaitResult result_;
};

/// Throws an InstanceDeployFailure for the first of the devices that is busy, or else unknown.
///
///     require_free(co_await device::async_wait_until_free(executor, {"/dev/sda"}));
LOOPINGCALL_EXPORT void require_free(const std::vector<WaitResult>& results);

}  // namespace loopingcall::device
