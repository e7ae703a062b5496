#include "faults/table.hpp"

namespace test {

std::vector<Operation> operations(const Subjects& subjects) {
    constexpr int cannot_tell = 3;
    const std::vector<std::string> wait{TEST_DISKWAIT, "--no-default-config", "-i", "1ms", "-n",
                                        "2",           "--probe-timeout",     "20s"};
    const auto wait_for = [&](const std::string& device, const char* probe) {
        std::vector<std::string> argv = wait;
        argv.insert(argv.end(), {"--probe", probe, device});
        return argv;
    };
    return {
        {"diskwait, free", wait_for(subjects.free, "procfs"), 0, {cannot_tell}},
        {"diskwait, held", wait_for(subjects.held, "procfs"), 1, {cannot_tell}},
        {"diskwait, mapped", wait_for(subjects.mapped, "procfs"), 1, {cannot_tell}},
        {"diskwait with fuser, free", wait_for(subjects.free, "fuser"), 0, {cannot_tell}},
        {"diskwait with fuser, held", wait_for(subjects.held, "fuser"), 1, {cannot_tell}},
        {"diskwait --check-config",
         {TEST_DISKWAIT, "--check-config", "--no-default-config", "--config-file", subjects.config},
         0,
         {2, cannot_tell}},
        // The command itself fails as well: then its exit code is that of the program.
        {"loopingcall",
         {TEST_LOOPINGCALL, "-i", "1ms", "-n", "1", "--", "/bin/true"},
         0,
         {1, 125, 126, 127}},
        {"loopingcall, with output",
         {TEST_LOOPINGCALL, "-i", "1ms", "-n", "1", "--", "/bin/sh", "-c", "echo 1; echo 2 >&2"},
         0,
         {1, 2, 125, 126, 127}},
        {"loopingcall, streaming",
         {TEST_LOOPINGCALL, "-i", "1ms", "-n", "1", "--output-mode", "stream", "--", "/bin/sh",
          "-c", "echo 1; echo 2 >&2"},
         0,
         {1, 2, 125, 126, 127}},
        {"loopingcall, ending a family",
         {TEST_LOOPINGCALL, "-i", "1ms", "-n", "1", "--call-timeout", "100ms", "--", "/bin/sh",
          "-c", "sleep 60 & wait $!"},
         124,
         {1, 2, 125, 126, 127}},
    };
}

const std::vector<Fault>& faults() {
    static const std::vector<Fault> all{
        {"no descriptor for a file", "openat", "error=EMFILE"},
        {"no descriptor for anything else",
         "pipe2,eventfd2,signalfd4,timerfd_create,epoll_create1,inotify_init1,pidfd_open,"
         "memfd_create,dup2,dup3,fcntl",
         "error=EMFILE"},
        {"no more watches of files", "inotify_add_watch", "error=ENOSPC"},
        // Boost.Asio does not look at whether the first two of its own could be watched.
        {"no more watches of descriptors", "epoll_ctl", "error=ENOSPC", Consequence::failure, 3},
        {"no process, no thread", "clone,clone3,vfork,fork", "error=EAGAIN"},
        {"no memory for the heap", "mmap,brk,mremap", "error=ENOMEM"},
        {"no memory in the kernel", "openat,statx,newfstatat,getdents64,readlink,kcmp",
         "error=ENOMEM"},
        {"not permitted", "openat,statx,newfstatat,kcmp", "error=EACCES", Consequence::partial},
        {"a kernel without it",
         "inotify_init1,pidfd_open,pidfd_send_signal,kcmp,clone3,close_range,faccessat2",
         "error=ENOSYS"},
        // Not futex: Linux never interrupts a FUTEX_WAKE, and glibc aborts if it seems so.
        {"interrupted", "read,write,epoll_wait,wait4,waitid,poll", "error=EINTR",
         Consequence::none},
        {"an error of a disk", "read,getdents64", "error=EIO"},
        // Each by itself: the first of several to reach its n would end the program.
        {"SIGTERM", "epoll_wait", "signal=TERM", Consequence::end},
        {"SIGTERM", "signalfd4", "signal=TERM", Consequence::end},
        {"SIGTERM", "epoll_ctl", "signal=TERM", Consequence::end},
        {"SIGTERM", "clone3", "signal=TERM", Consequence::end},
        {"SIGTERM", "openat", "signal=TERM", Consequence::end},
        {"SIGTERM", "read", "signal=TERM", Consequence::end},
        {"SIGTERM", "write", "signal=TERM", Consequence::end},
        {"SIGCHLD out of turn", "openat,read,write,close,epoll_wait,clone3,waitid", "signal=CHLD",
         Consequence::none},
    };
    return all;
}

}  // namespace test
