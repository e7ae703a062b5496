// Runs a program as on Linux before 5.3, which has neither pidfds nor close_range(). With -i, it
// has no inotify either.
//
//     without_pidfd [-i] PROGRAM [ARG...]
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>

namespace {

bool hide(unsigned call) {
    constexpr unsigned no_such_call = SECCOMP_RET_ERRNO | ENOSYS;
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, no_such_call),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{4, filter};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

bool hide_all(bool inotify) {
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && hide(SYS_pidfd_open) &&
           hide(SYS_pidfd_send_signal) && hide(SYS_close_range) &&
           (!inotify || hide(SYS_inotify_init1));
}

}  // namespace

int main(int count, char** arguments) {
    const bool inotify = count > 1 && std::strcmp(arguments[1], "-i") == 0;
    char** const command = arguments + (inotify ? 2 : 1);
    if (*command == nullptr) return 2;
    if (!hide_all(inotify)) {
        std::perror("without_pidfd: seccomp");
        return 1;
    }
    ::execv(*command, command);
    std::perror(*command);
    return 1;
}
