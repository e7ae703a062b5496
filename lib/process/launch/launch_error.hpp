#pragma once

#include <cstring>
#include <loopingcall/process/error.hpp>
#include <stdexcept>
#include <string>

namespace loopingcall::process::detail {

/// Why a child could not be started: what it means, and the step and the reason in words.
class LaunchError : public std::runtime_error {
  public:
    LaunchError(errc error, const std::string& why) : std::runtime_error(why), error_(error) {}

    /// A step that the system refused.
    LaunchError(int error, const std::string& step)
        : LaunchError(from_errno(error), step + ": " + std::strerror(error)) {}

    [[nodiscard]] errc error() const noexcept { return error_; }

  private:
    errc error_;
};

}  // namespace loopingcall::process::detail
