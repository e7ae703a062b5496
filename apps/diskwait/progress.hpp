#pragma once

#include <filesystem>
#include <loopingcall/device/wait_until_free.hpp>
#include <string>
#include <vector>

#include "invocation.hpp"
#include "terminal/status_lines.hpp"

namespace diskwait {

/// What the progress says of one device.
struct DeviceProgress {
    std::filesystem::path device;
    loopingcall::device::State state = loopingcall::device::State::unknown;
    /// Who holds it, which check, and how long is left at most. Empty before the first check.
    std::string details = {};
    bool is_checked = false;
};

/// A line for each device on standard error, rewritten with each check; or with `-v`, a new line
/// for each check.
class Progress {
  public:
    explicit Progress(const Invocation& invocation);

    void show(const loopingcall::device::Check& check);

  private:
    void tell_of_early_wake(const loopingcall::device::Check& check);

    bool verbose_;
    std::vector<DeviceProgress> devices_;
    terminal::StatusLines lines_;
    bool told_of_early_wake_ = false;
};

[[nodiscard]] DeviceProgress progress_of(const loopingcall::device::Check& check);

/// Device, state and details in one sentence.
[[nodiscard]] std::string progress_line(const DeviceProgress& progress);

/// A row for each device, with columns that stand below each other. A name that takes more than a
/// third of the width is cut.
[[nodiscard]] std::vector<terminal::StatusLine> progress_table(
    const std::vector<DeviceProgress>& devices, std::size_t columns);

/// One source of evidence, as `-v` prints it.
[[nodiscard]] std::string evidence_line(const loopingcall::device::EvidenceItem& item);

}  // namespace diskwait
