#include "process_info.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include "control_group.hpp"
#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

/// From the file alone: what else getpwuid() may ask, a directory server, may hang. passwd(5) has
/// the user's name first, and the number third.
std::string name_of_user(uid_t uid) {
    std::string wanted = std::to_string(uid);
    std::ifstream file("/etc/passwd");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string name;
        std::string password;
        std::string number;
        std::getline(fields, name, ':');
        std::getline(fields, password, ':');
        std::getline(fields, number, ':');
        if (number == wanted && !name.empty()) return name;
    }
    return wanted;
}

/// A field of /proc/PID/stat, counted from 1 as in proc_pid_stat(5), from the third on: the second,
/// the name, may hold anything. 0 if there is no such file.
std::uint64_t stat_field(const std::string& text, int number) {
    const std::size_t name_end = text.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(text.substr(name_end + 1));
    std::string field;
    for (int i = 3; i <= number; ++i) fields >> field;
    return std::strtoull(field.c_str(), nullptr, 10);
}

std::chrono::system_clock::time_point in_wall_time(std::uint64_t ticks_after_boot) {
    using std::chrono::system_clock;
    std::timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const auto since_boot =
        std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
    const auto ticks_a_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    const std::chrono::milliseconds begun{ticks_after_boot * 1000 / ticks_a_second};
    return std::chrono::time_point_cast<system_clock::duration>(system_clock::now() - since_boot +
                                                                begun);
}

}  // namespace

Lineage lineage_of(pid_t pid) try {
    const std::string file = "/proc/" + std::to_string(pid) + "/stat";
    const std::string text = read_proc_file(AT_FDCWD, file.c_str());
    constexpr int parent = 4;
    constexpr int start_time = 22;
    return {.parent = static_cast<pid_t>(stat_field(text, parent)),
            .start_time = stat_field(text, start_time)};
} catch (const std::system_error&) {
    return {};
}

std::uint64_t start_time_of(pid_t pid) { return lineage_of(pid).start_time; }

bool is_kernel_thread(int process_directory) {
    constexpr int flags = 9;
    constexpr std::uint64_t kernel_thread = 0x00200000;  // PF_KTHREAD
    return (stat_field(read_proc_file(process_directory, "stat"), flags) & kernel_thread) != 0;
}

std::string name_of_process(pid_t pid) try {
    const std::string file = "/proc/" + std::to_string(pid) + "/comm";
    const std::string name = read_proc_file(AT_FDCWD, file.c_str());
    return name.substr(0, name.find('\n'));
} catch (const std::system_error&) {
    return {};
}

// The holder is known to exist, even if descriptors run out before more is known.
void identify(Holder& holder) try {
    const std::string directory = "/proc/" + std::to_string(holder.pid);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return;
    holder.command = name_of_process(holder.pid);
    holder.user = name_of_user(status.st_uid);
    holder.start_time = start_time_of(holder.pid);
    if (holder.start_time != 0) holder.since = in_wall_time(holder.start_time);
    const ManagedBy managers =
        managers_of(read_proc_file(AT_FDCWD, (directory + "/cgroup").c_str()));
    holder.unit = managers.unit;
    holder.container = managers.container;
} catch (const std::system_error&) {
}

}  // namespace loopingcall::device::detail
