#include "process_list.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <loopingcall/device/printable.hpp>
#include <string_view>
#include <utility>

#include "device/kernel/kernel_view.hpp"
#include "process_info.hpp"

namespace loopingcall::device::detail {

namespace {

/// The number that Linux gives the first PID namespace (PROC_PID_INIT_INO).
constexpr ino_t first_namespace = 0xEFFFFFFCU;

/// The inode that the kernel shows for a process that ends while it is listed.
constexpr ino_t of_no_process = 1;

bool is_of_a_process(std::string_view place) {
    return place.size() > 1 && place[1] >= '0' && place[1] <= '9';
}

}  // namespace

ProcessList::ProcessList(const char* path, IgnoredProcesses to_ignore)
    : self_(::getpid()), path_(path), proc_(AT_FDCWD, path), to_ignore_(std::move(to_ignore)) {}

/// /proc of another PID namespace, or none at all, has no entry for this process.
std::string ProcessList::problem() const {
    if (!proc_.is_open())
        return std::string("/proc cannot be read: ") + std::strerror(proc_.error());
    char self[32]{};
    const ssize_t size = ::readlinkat(proc_.descriptor(), "self", self, sizeof self - 1);
    if (size > 0 && self == std::to_string(self_)) return {};
    return "/proc does not show this process: mount the one of its PID namespace";
}

std::string ProcessList::blind_spot() const {
    struct stat status {};
    if (::fstatat(proc_.descriptor(), "self/ns/pid", &status, 0) == 0 &&
        status.st_ino != first_namespace) {
        return "this process runs in a PID namespace that hides the processes outside it; run it "
               "on "
               "the host or in the host's PID namespace";
    }
    if (::fstatat(proc_.descriptor(), "1", &status, 0) != 0) {
        return "/proc hides the processes of other users (hidepid); run as root";
    }
    const std::string cover = find_cover({.proc = path_}, path_, is_of_a_process);
    if (!cover.empty()) {
        return printable(cover) + " is hidden by something mounted over it; unmount that";
    }
    return {};
}

std::vector<ListedProcess> ProcessList::read_new() {
    std::vector<ListedProcess> processes;
    proc_.rewind();
    while (const auto pid = proc_.next_number()) {
        const ino_t entry = proc_.inode();
        const auto [known, is_new] = read_.emplace(*pid, entry);
        if (!is_new && known->second == entry && entry != of_no_process) continue;
        known->second = entry;
        if (!is_left_out(*pid)) processes.push_back({*pid, entry});
    }
    return processes;
}

bool ProcessList::is_left_out(pid_t pid) {
    if (pid == self_) return true;
    const auto ignored = to_ignore_.find(pid);
    if (ignored == to_ignore_.end() || start_time_of(pid) != ignored->second) return false;
    if (std::find(ignored_.begin(), ignored_.end(), pid) == ignored_.end()) {
        ignored_.push_back(pid);
    }
    return true;
}

}  // namespace loopingcall::device::detail
