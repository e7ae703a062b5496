#include "process_inspector.hpp"

#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>

#include "mappings.hpp"
#include "proc_directory.hpp"
#include "process_info.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_gone(int error) { return error == ENOENT || error == ESRCH || error == 0; }

/// Whether two threads have one table of this type; no, if the kernel does not tell.
bool share(pid_t one, pid_t other, int type) {
    return ::syscall(SYS_kcmp, one, other, type, 0, 0) == 0;
}

/// /proc/PID/task has a link for each thread, beside two of its own.
bool has_threads(int process) {
    struct stat status {};
    return ::fstatat(process, "task", &status, 0) != 0 || status.st_nlink != 3;
}

}  // namespace

void ProcessInspector::look_at_descriptors(int proc, pid_t pid) {
    pid_ = pid;
    const auto process = open_place(proc, std::to_string(pid).c_str());
    if (!process.is_open()) return note_error(errno);
    inspect_descriptors(process.get());
    inspect_link(process.get(), "exe", "exe");
    inspect_places(process.get());
}

void ProcessInspector::look_deeper(int proc, pid_t pid) {
    if (uninspected_.contains(pid)) return;
    pid_ = pid;
    const auto process = open_place(proc, std::to_string(pid).c_str());
    if (!process.is_open()) return throw_if_shortage(errno, "/proc");
    inspect_mappings(process.get());
    if (has_threads(process.get())) inspect_threads(process.get());
}

void ProcessInspector::look_into_sockets(int proc) {
    for (const auto& [pid, descriptor] : std::exchange(sockets_, {})) {
        count_in_flight(proc, std::to_string(pid) + "/fdinfo/" + descriptor);
    }
}

void ProcessInspector::note_failure(const std::exception& error) {
    problem_ = std::string("/proc could not be looked through: ") + error.what();
}

void ProcessInspector::add_to(ProcessScan& scan) const {
    if (!problem_.empty()) scan.problem = problem_;
    scan.uninspected.insert(uninspected_.begin(), uninspected_.end());
    scan.in_flight += in_flight_;
    for (std::size_t i = 0; i < scan.holders.size(); ++i) {
        scan.holders[i].insert(scan.holders[i].end(), found()[i].begin(), found()[i].end());
    }
}

void ProcessInspector::inspect_descriptors(int base) {
    ProcDirectory descriptors(base, "fd");
    if (!descriptors.is_open()) return note_refusal(base, descriptors.error());
    while (const char* const name = descriptors.next()) {
        struct statx found {};
        const int error = look_at(descriptors.descriptor(), name, found);
        if (error != 0) {
            note_error(error);
            continue;
        }
        note(descriptors.descriptor(), name, found, "open");
        if (S_ISSOCK(found.stx_mode)) sockets_.emplace_back(pid_, name);
    }
}

/// The permissions of a link of /proc are those that the file was opened or mapped with.
bool ProcessInspector::note(int base, const char* name, const struct statx& found,
                            const char* access) {
    bool for_writing = true;
    if (targets_.counts_only_for_writing(found)) {
        struct stat link {};
        const bool known = ::fstatat(base, name, &link, AT_SYMLINK_NOFOLLOW) == 0;
        for_writing = !known || (link.st_mode & S_IWUSR) != 0;
    }
    return targets_.note(found, pid_, access, for_writing);
}

void ProcessInspector::inspect_link(int base, const char* name, const char* access) {
    struct statx found {};
    const int error = look_at(base, name, found);
    if (error != 0) return note_refusal(base, error);
    note(base, name, found, access);
}

void ProcessInspector::inspect_places(int base) {
    inspect_link(base, "cwd", "cwd");
    inspect_link(base, "root", "root");
}

/// Most processes map the same few files, so those that are not looked for are remembered.
void ProcessInspector::inspect_mappings(int base) {
    for_each_mapped_file(read_proc_file(base, "maps"), [&](const MappedFile& file) {
        const bool may_be_one = targets_.has_inode(file.inode);
        if (!may_be_one && strangers_.contains(std::string(file.identity))) return;
        struct statx found {};
        const std::string link = "map_files/" + file.link;
        const int error = look_at(base, link.c_str(), found);
        if (error != 0) return may_be_one ? note_error(error) : throw_if_shortage(error, "maps");
        if (!note(base, link.c_str(), found, "mmap")) strangers_.emplace(file.identity);
    });
}

/// Most threads share all with the process. Those that have unshared something, and those whose
/// leader has ended, are looked at by themselves.
void ProcessInspector::inspect_threads(int base) {
    ProcDirectory threads(base, "task");
    if (!threads.is_open()) return throw_if_shortage(threads.error(), "task");
    while (const auto thread = threads.next_number()) {
        if (*thread == pid_) continue;
        const auto own = open_place(threads.descriptor(), std::to_string(*thread).c_str());
        if (!own.is_open()) {
            throw_if_shortage(errno, "task");
            continue;
        }
        if (!share(pid_, *thread, KCMP_FILES)) inspect_descriptors(own.get());
        if (!share(pid_, *thread, KCMP_FS)) inspect_places(own.get());
    }
}

/// `scm_fds: 2` in the information on a socket (Linux 5.6): sent to it, and not yet received.
void ProcessInspector::count_in_flight(int proc, const std::string& name) {
    const std::string text = read_proc_file(proc, name.c_str());
    constexpr std::string_view label = "scm_fds: ";
    const std::size_t at = text.find(label);
    if (at == std::string::npos) return;
    std::size_t count = 0;
    std::from_chars(text.data() + at + label.size(), text.data() + text.size(), count);
    in_flight_ += count;
}

void ProcessInspector::note_error(int error) {
    throw_if_shortage(error, "/proc");
    if (!is_gone(error)) uninspected_.insert(pid_);
}

/// Kernel threads hold nothing; who is not root may not look into them either.
void ProcessInspector::note_refusal(int base, int error) {
    throw_if_shortage(error, "/proc");
    if (!is_gone(error) && !is_kernel_thread(base)) uninspected_.insert(pid_);
}

}  // namespace loopingcall::device::detail
