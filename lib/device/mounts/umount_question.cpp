#include "umount_question.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <loopingcall/device/printable.hpp>
#include <thread>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using namespace std::chrono_literals;
using process::detail::Descriptor;

/// What is at the path is this mount still. Looking at it takes the mark of expiry away.
bool is_still(const Identity& mount) {
    struct statx found {};
    return look_at(AT_FDCWD, mount.path.c_str(), found) == 0 && mount_of(found) == mount.mount;
}

/// The lock of all checks of mounts of this namespace: each mount belongs to one.
/// @return a descriptor that has it, or none.
Descriptor lock_namespace() {
    Descriptor space(::open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC));
    if (!space.is_open()) {
        throw_if_shortage(errno, "/proc/self/ns/mnt");
        return space;
    }
    constexpr int most_attempts = 200;
    for (int attempt = 0; ::flock(space.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
        if (attempt == most_attempts) return Descriptor();
        std::this_thread::sleep_for(5ms);
    }
    return space;
}

/// @return an errno: EAGAIN if it is not in use, ESTALE if it is not mounted any more, EDEADLK if
///         another program holds the lock.
int ask_once(const Identity& mount) {
    const Descriptor lock = lock_namespace();
    if (!lock.is_open()) return EDEADLK;
    if (!is_still(mount)) return ESTALE;
    const int result = ::umount2(mount.path.c_str(), MNT_EXPIRE | UMOUNT_NOFOLLOW);
    const int error = result == 0 ? ESTALE : errno;
    if (!is_still(mount)) return ESTALE;
    return error;
}

/// Returns when the file system has answered, if with an error. A dead one never does, and
/// umount(8) would wait for it as well.
void await_answer(const Identity& mount) {
    constexpr int flags = AT_STATX_FORCE_SYNC | AT_NO_AUTOMOUNT | AT_SYMLINK_NOFOLLOW;
    struct statx found {};
    (void)::statx(AT_FDCWD, mount.path.c_str(), flags, STATX_BASIC_STATS, &found);
}

bool is_below(int directory, const char* name, std::uint64_t mount) {
    struct statx found {};
    return look_at(directory, name, found) == 0 && mount_of(found) == mount;
}

bool has_entry_on(const char* directory, std::uint64_t mount) {
    ProcDirectory entries(AT_FDCWD, directory);
    while (entries.is_open()) {
        const char* const name = entries.next();
        if (!name) break;
        if (is_below(entries.descriptor(), name, mount)) return true;
    }
    return false;
}

}  // namespace

std::string own_use_of(std::uint64_t mount) {
    if (is_below(AT_FDCWD, "/proc/self/cwd", mount)) return "its working directory";
    if (is_below(AT_FDCWD, "/proc/self/root", mount)) return "its root directory";
    if (is_below(AT_FDCWD, "/proc/self/exe", mount)) return "its program";
    if (has_entry_on("/proc/self/fd", mount)) return "a file that it has open";
    if (has_entry_on("/proc/self/map_files", mount)) return "a file that it has mapped";
    return {};
}

Answer ask_umount(const Identity& mount, bool has_exempt_holder) {
    if (mount.mount == 0) {
        return not_inspected(Source::umount,
                             "the kernel does not show through which mount a file is reached; it "
                             "needs Linux 5.8");
    }
    int error = ask_once(mount);
    const std::string own = error == EBUSY ? own_use_of(mount.mount) : "";
    if (!own.empty()) return not_applicable(Source::umount, "this program uses it itself: " + own);
    if (error == EBUSY && has_exempt_holder) {
        return not_applicable(Source::umount, "a process uses it that does not count");
    }
    // Looking up a name on it uses it for a moment.
    for (const auto pause : {1ms, 5ms, 20ms}) {
        if (error != EBUSY) break;
        std::this_thread::sleep_for(pause);
        error = ask_once(mount);
    }
    throw_if_shortage(error, mount.path.native());
    if (error != EBUSY && error != ESTALE) await_answer(mount);
    if (error == EAGAIN) return nobody(Source::umount);
    const std::string name = printable(mount.path.native());
    if (error == EBUSY) {
        return answer(Source::umount,
                      std::vector<Claim>{{ClaimKind::hidden,
                                          "the kernel would refuse to unmount it; no process, "
                                          "mount, swap file or loop device was found on it",
                                          mount.path}});
    }
    if (error == ESTALE) return not_inspected(Source::umount, name + " is not mounted any more");
    if (error == EDEADLK) {
        return not_inspected(Source::umount,
                             "another program holds a lock on the mount namespace "
                             "(/proc/self/ns/mnt), so that the kernel cannot check " +
                                 name);
    }
    return not_inspected(Source::umount, "the kernel does not say whether " + name +
                                             " can be unmounted: " + std::strerror(error) +
                                             "; run as root");
}

}  // namespace loopingcall::device::detail
