#pragma once

#include <filesystem>
#include <functional>
#include <loopingcall/device/report.hpp>
#include <string>
#include <vector>

namespace test {

/// Where a process of a row finds what it needs.
struct Place {
    std::filesystem::path device;   ///< a disk that is a target
    std::filesystem::path scratch;  ///< a directory, on a file system that may hold device nodes
};

/// One way in which a process has something to do with a device, and the right state.
struct ScanRow {
    std::string name;
    /// Done in a process of its own, which lives on then.
    std::function<bool(const Place&)> prepare;
    loopingcall::device::State state;
    /// The source that shows it: `somebody` if it is busy, `not_inspected` if it is unknown.
    std::string source = {};
    /// If it is busy: how.
    std::string access = {};
    /// Whether its first thread ends then, and another one lives on.
    bool first_thread_ends = false;
};

/// Starts a chain of processes, each of which forks and ends: there is always one, and it is always
/// another one. It ends with this process.
/// @param prepare  done by the first of them.
bool start_chain(const std::function<bool()>& prepare);

/// What a scan of /proc must see, must not take for a use, or cannot know.
std::vector<ScanRow> scan_rows();

}  // namespace test
