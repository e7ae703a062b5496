#pragma once

#include <loopingcall/device/wait_until_free.hpp>
#include <string>

#include "invocation.hpp"

namespace diskwait {

/// One line on standard error that is rewritten with each check and gone at the end. Nothing at all
/// where standard error is no terminal, unless it is asked for.
class Progress {
  public:
    explicit Progress(const Invocation& invocation);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(const loopingcall::device::Check& check);

    /// From the next check on, that is how far they are apart.
    void set_interval(std::chrono::nanoseconds interval) { interval_ = interval; }

  private:
    void clear();
    void tell_of_early_wake(const loopingcall::device::Check& check);

    std::chrono::nanoseconds interval_;
    bool verbose_;
    bool shown_;
    bool line_is_there_ = false;
    bool told_of_early_wake_ = false;
};

/// Which device, who holds it, which check, and how long is left at most.
[[nodiscard]] std::string progress_line(const loopingcall::device::Check& check,
                                        std::chrono::nanoseconds interval);

/// At most `columns` characters of a UTF-8 text, the last one an ellipsis if it was cut.
[[nodiscard]] std::string fitted(const std::string& text, std::size_t columns);

}  // namespace diskwait
