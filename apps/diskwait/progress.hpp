#pragma once

#include <loopingcall/device/wait_until_free.hpp>
#include <string>

#include "invocation.hpp"
#include "terminal/status_line.hpp"

namespace diskwait {

/// A line on standard error that is rewritten with each check; or with `-v`, a line for each check.
class Progress {
  public:
    explicit Progress(const Invocation& invocation);

    void show(const loopingcall::device::Check& check);

    /// From the next check on, that is how far they are apart.
    void set_interval(std::chrono::nanoseconds interval) { interval_ = interval; }

  private:
    void tell_of_early_wake(const loopingcall::device::Check& check);

    std::chrono::nanoseconds interval_;
    bool verbose_;
    terminal::StatusLine line_;
    bool told_of_early_wake_ = false;
};

/// Which device, who holds it, which check, and how long is left at most.
[[nodiscard]] std::string progress_line(const loopingcall::device::Check& check,
                                        std::chrono::nanoseconds interval);

/// One source of evidence, as `-v` prints it.
[[nodiscard]] std::string evidence_line(const loopingcall::device::EvidenceItem& item);

}  // namespace diskwait
