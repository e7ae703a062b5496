#pragma once

#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

namespace loopingcall::device {

/// The verdict on a device. Free only if a probe proved it; busy only if somebody is known to use
/// it. Anything else is unknown: a missing device, a probe that could not be asked, or that failed.
enum class State : unsigned char { free, busy, unknown };

/// The state's name, as in the source.
const char* to_string(State state) noexcept;
std::ostream& operator<<(std::ostream& stream, State state);

/// A process that uses the device.
struct Holder {
    pid_t pid = 0;
    /// Its name, from /proc/PID/comm. Empty if it has ended meanwhile.
    std::string command = {};
    /// Its owner's name in /etc/passwd, else the number. Empty if it has ended meanwhile.
    std::string user = {};
    /// How: open, cwd, root, exe, mmap. Empty if the probe does not tell.
    std::vector<std::string> access = {};
    /// What it uses: the device's path with symbolic links resolved.
    std::filesystem::path path = {};
};

/// What one check of a device found.
struct Report {
    /// The device as the caller named it.
    std::filesystem::path device = {};
    State state = State::unknown;
    /// Who uses it. Never this process itself.
    std::vector<Holder> holders = {};
    /// Processes that the probe was not allowed to look into. A free device is free only as far as
    /// could be seen if there are any: partial coverage.
    std::size_t uninspected_processes = 0;
    /// Why the state is unknown, for a human; empty otherwise.
    std::string reason = {};
    /// What the probe said besides, as it said it.
    std::string diagnostics = {};
};

}  // namespace loopingcall::device
