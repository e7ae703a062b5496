#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include "device/kernel/opened_by_us.hpp"
#include "device/kernel/shortage.hpp"
#include "openings.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

/// Before Linux 5.4, a hard link or a descriptor of O_PATH was in the way of a write lease, too.
bool refusal_proves_an_opening() {
    utsname names{};
    unsigned major = 0;
    unsigned minor = 0;
    if (::uname(&names) != 0 || std::sscanf(names.release, "%u.%u", &major, &minor) != 2) {
        return false;
    }
    return major > 5 || (major == 5 && minor >= 4);
}

/// If another process opens the file meanwhile, the kernel sends a signal. It goes to this thread
/// alone, and is one that is ignored unless the program asks for it.
void direct_signal_to_this_thread(int descriptor) {
    f_owner_ex owner{.type = F_OWNER_TID, .pid = ::gettid()};
    ::fcntl(descriptor, F_SETOWN_EX, &owner);
    ::fcntl(descriptor, F_SETSIG, SIGURG);
}

/// @return 0, or an errno.
int take_and_give_back(int descriptor) {
    if (::fcntl(descriptor, F_SETLEASE, F_WRLCK) != 0) return errno;
    ::fcntl(descriptor, F_SETLEASE, F_UNLCK);
    return 0;
}

}  // namespace

bool is_open_nowhere(const Identity& file) {
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    OwnOpening own(file.path);
    const process::detail::Descriptor opened(::open(file.path.c_str(), flags));
    if (!opened.is_open()) {
        own.refused();
        return false;
    }
    struct stat status {};
    const bool is_it = ::fstat(opened.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                       status.st_dev == file.file_system && status.st_ino == file.inode;
    if (!is_it) return false;
    direct_signal_to_this_thread(opened.get());
    return take_and_give_back(opened.get()) == 0;
}

Answer try_lease(int descriptor, const Identity& file, bool has_exempt_holder) {
    using namespace std::chrono_literals;
    direct_signal_to_this_thread(descriptor);
    int error = take_and_give_back(descriptor);
    const bool is_ours = error == EAGAIN && (has_exempt_holder || holds_open(file, descriptor));
    // Another process may be asking the same, or may be ending.
    for (const auto pause : {1ms, 5ms, 20ms}) {
        if (error != EAGAIN || is_ours) break;
        std::this_thread::sleep_for(pause);
        error = take_and_give_back(descriptor);
    }
    throw_if_shortage(error, file.path.native());
    if (error == 0) return nobody(Source::lease);
    if (error == EINVAL || error == EOPNOTSUPP) {
        return not_applicable(Source::lease, "its file system has no leases");
    }
    if (error != EAGAIN) {
        return not_inspected(Source::lease, std::string("a lease was refused: ") +
                                                std::strerror(error) + "; run as root");
    }
    if (is_ours) return not_inspected(Source::lease, "this process itself has the file open");
    if (!refusal_proves_an_opening()) {
        return not_inspected(Source::lease, "before Linux 5.4, a refused lease proves nothing");
    }
    return answer(Source::lease, std::vector<Claim>{{ClaimKind::hidden, {}, file.path}});
}

}  // namespace loopingcall::device::detail
