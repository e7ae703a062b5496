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

    /// A step that the system refused. It says nothing of the program, which may be there.
    LaunchError(int error, const std::string& step)
        : LaunchError(of_step(error), step + ": " + std::strerror(error)) {}

    [[nodiscard]] errc error() const noexcept { return error_; }

  private:
    static errc of_step(int error) noexcept {
        const errc meaning = from_errno(error);
        const bool of_program = meaning == errc::not_found || meaning == errc::not_executable;
        return of_program ? errc::cannot_start : meaning;
    }

    errc error_;
};

}  // namespace loopingcall::process::detail
