#include "scan_rows.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "support/child.hpp"
#include "support/io_uring.hpp"

namespace test {

namespace {

using loopingcall::device::State;
using Path = std::filesystem::path;

int opened(const Path& path, int flags = O_RDWR) {
    return ::open(path.c_str(), flags | O_CLOEXEC, 0600);
}

/// Registers a file and closes its descriptor.
bool registered(const Path& path, const std::vector<int>& before = {}) {
    const int ring = make_ring();
    const int file = opened(path);
    std::vector<int> files = before;
    files.push_back(file);
    return ring >= 0 && file >= 0 && register_files(ring, files) && ::close(file) == 0;
}

Path second_node(const Place& place) {
    struct stat status {};
    const Path node = place.scratch / "node";
    const bool made = ::stat(place.device.c_str(), &status) == 0 &&
                      ::mknod(node.c_str(), S_IFBLK | 0600, status.st_rdev) == 0;
    return made ? node : Path{};
}

Path file_in(const Place& place) {
    const Path file = place.scratch / "file";
    const int made = opened(file, O_RDWR | O_CREAT);
    return made >= 0 && ::ftruncate(made, 4096) == 0 && ::close(made) == 0 ? file : Path{};
}

bool in_a_thread(const std::function<bool()>& work) {
    std::atomic<int> done = 0;
    std::thread([&] {
        done = work() ? 1 : 2;
        for (;;) ::pause();
    }).detach();
    while (done == 0) std::this_thread::yield();
    return done == 1;
}

bool in_a_thread_with_its_own_table(const std::function<bool()>& work) {
    return in_a_thread([&] { return ::unshare(CLONE_FILES) == 0 && work(); });
}

void start_threads(int count) {
    while (count-- > 0)
        std::thread([] {
            for (;;) ::pause();
        }).detach();
}

/// As long as the other end of the pipe is open.
void fork_and_end(int life) {
    for (;;) {
        const pid_t child = ::fork();
        if (child > 0) ::_exit(0);
        if (child < 0) ::_exit(1);
        char byte = 0;
        if (::read(life, &byte, 1) == 0) ::_exit(0);
    }
}

bool mapped(const Path& path, std::size_t pages) {
    const int file = opened(path);
    void* const map = ::mmap(nullptr, pages * 4096, PROT_READ, MAP_SHARED, file, 0);
    ::close(file);
    // In pieces, each with a link of its own.
    return map != MAP_FAILED && ::mprotect(map, 4096, PROT_NONE) == 0;
}

/// In a root of its own on a file system that no other process sees.
bool enter_a_root_of_our_own(const Path& point) {
    std::filesystem::create_directory(point);
    return unshare_mounts() && ::mount("none", point.c_str(), "tmpfs", 0, nullptr) == 0 &&
           ::chroot(point.c_str()) == 0 && ::chdir("/") == 0;
}

/// In such a root, by a name that another file has outside.
bool registered_as_passwd(const Place& place) {
    struct stat status {};
    return ::stat(place.device.c_str(), &status) == 0 &&
           enter_a_root_of_our_own(place.scratch / "root") && ::mkdir("/etc", 0700) == 0 &&
           ::mknod("/etc/passwd", S_IFBLK | 0600, status.st_rdev) == 0 && registered("/etc/passwd");
}

/// A node of the device in such a root: /disk.
bool make_node_in_own_root(const Place& place) {
    struct stat status {};
    return ::stat(place.device.c_str(), &status) == 0 &&
           enter_a_root_of_our_own(place.scratch / "root") &&
           ::mknod("/disk", S_IFBLK | 0600, status.st_rdev) == 0;
}

std::vector<ScanRow> busy_rows() {
    const char* const ring = "io_uring";
    return {
        {"registered with an io_uring", [](const Place& p) { return registered(p.device); },
         State::busy, ring, ring},
        {"registered through a second node",
         [](const Place& p) { return registered(second_node(p)); }, State::busy, ring, ring},
        {"registered in a root of its own that no path of ours leads to",
         [](const Place& p) { return make_node_in_own_root(p) && registered("/disk"); },
         State::busy, ring, ring},
        {"registered in a root of its own, where a file of ours has the same path",
         [](const Place& p) {
             std::filesystem::create_directory(p.scratch / "root");
             return opened(p.scratch / "root" / "disk", O_RDWR | O_CREAT) >= 0 &&
                    make_node_in_own_root(p) && registered("/disk");
         },
         State::busy, ring, ring},
        {"registered behind an empty slot",
         [](const Place& p) {
             return registered(p.device, {-1, -1});
         },
         State::busy, ring, ring},
        {"registered behind a thousand others",
         [](const Place& p) {
             return registered(p.device, std::vector<int>(1000, opened("/dev/null")));
         },
         State::busy, ring, ring},
        {"registered by a thread with a table of its own",
         [](const Place& p) {
             return in_a_thread_with_its_own_table([&] { return registered(p.device); });
         },
         State::busy, ring, ring},
        {"open, and by O_PATH too",
         [](const Place& p) { return opened(p.device, O_PATH) >= 0 && opened(p.device) >= 0; },
         State::busy, "descriptors", "open"},
        {"open for ioctl() alone", [](const Place& p) { return opened(p.device, O_ACCMODE) >= 0; },
         State::busy, "descriptors", "open"},
        {"open, and locked by no ancestor",
         [](const Place& p) { return ::flock(opened(p.device), LOCK_EX) == 0; }, State::busy,
         "descriptors", "open"},
        {"mapped in pieces, and closed", [](const Place& p) { return mapped(p.device, 4); },
         State::busy, "mappings", "mmap"},
        {"mapped, and closed, by a process whose first thread has ended",
         [](const Place& p) { return mapped(p.device, 4); }, State::busy, "mappings", "mmap", true},
        {"registered with an io_uring in a root of its own, by the name of another file",
         [](const Place& p) { return registered_as_passwd(p); }, State::busy, ring, ring},
        {"registered with an io_uring in a root of its own by a process whose first thread has "
         "ended",
         [](const Place& p) { return registered_as_passwd(p); }, State::busy, ring, ring, true},
        {"registered with an io_uring in the root of a thread",
         [](const Place& p) { return in_a_thread([&] { return registered_as_passwd(p); }); },
         State::busy, ring, ring},
        {"opened by one of a thousand threads",
         [](const Place& p) {
             start_threads(500);
             const bool done =
                 in_a_thread_with_its_own_table([&] { return opened(p.device) >= 0; });
             start_threads(500);
             return done;
         },
         State::busy, "threads", "open"},
        {"opened by each of a hundred threads with tables of their own",
         [](const Place& p) {
             bool done = true;
             for (int i = 0; i < 100; ++i) {
                 done =
                     done && in_a_thread_with_its_own_table([&] { return opened(p.device) >= 0; });
             }
             return done;
         },
         State::busy, "threads", "open"},
    };
}

std::vector<ScanRow> free_rows() {
    return {
        {"named by O_PATH", [](const Place& p) { return opened(p.device, O_PATH) >= 0; },
         State::free},
        {"named by O_PATH in a thread with a table of its own",
         [](const Place& p) {
             return in_a_thread_with_its_own_table([&] { return opened(p.device, O_PATH) >= 0; });
         },
         State::free},
        {"an io_uring without files", [](const Place&) { return make_ring() >= 0; }, State::free},
        {"an io_uring with empty slots alone",
         [](const Place&) {
             return register_files(make_ring(), {-1, -1});
         },
         State::free},
        {"another file is registered with an io_uring",
         [](const Place& p) { return registered(file_in(p)) && registered("/dev/null"); },
         State::free},
        {"a file in memory, a pipe and an eventfd are registered with an io_uring",
         [](const Place&) {
             int ends[2];
             const int memory = ::memfd_create("a name", 0);
             return ::pipe(ends) == 0 &&
                    register_files(make_ring(), {memory, ends[0], ::eventfd(0, 0)});
         },
         State::free},
        {"an io_uring is mapped", [](const Place&) { return map_ring(make_ring()); }, State::free},
        {"another file is mapped", [](const Place& p) { return mapped(file_in(p), 1); },
         State::free},
        {"a thousand threads", [](const Place&) { return start_threads(1000), true; }, State::free},
        {"a process forks and ends, again and again",
         [](const Place&) { return start_chain([] { return true; }); }, State::free},
    };
}

/// Registers a file that is gone then, which may have been any device.
bool registered_and_removed(const Place& place) {
    const Path file = file_in(place);
    return registered(file) && ::unlink(file.c_str()) == 0;
}

/// An ordinary user with the rights of root in the place of the row.
bool become_a_user(const Place& place) {
    constexpr gid_t group = 65534;
    return ::chmod(place.scratch.parent_path().c_str(), 0711) == 0 &&
           ::chmod(place.scratch.c_str(), 0777) == 0 && ::setgroups(1, &group) == 0 &&
           ::setgid(group) == 0 && ::setuid(65534) == 0 &&
           ::prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

bool make_ring_without_descriptor() {
    const int ring = make_ring();
    return map_ring(ring) && ::close(ring) == 0;
}

/// What any user can do must not make every device unknown.
std::vector<ScanRow> rows_of_users() {
    const char* const ring = "io_uring";
    return {
        {"a removed file is registered with an io_uring by an ordinary user",
         [](const Place& p) { return become_a_user(p) && registered_and_removed(p); }, State::free},
        {"an io_uring of an ordinary user has no descriptor",
         [](const Place& p) { return become_a_user(p) && make_ring_without_descriptor(); },
         State::free},
        {"a removed file is registered with an io_uring by root of a user namespace",
         [](const Place& p) {
             return become_a_user(p) && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
                    registered_and_removed(p);
         },
         State::free},
        {"a removed file is registered with an io_uring by a user in a root made by root",
         [](const Place& p) {
             return ::chroot(p.scratch.c_str()) == 0 && ::chdir("/") == 0 &&
                    become_a_user({"/", "/"}) && registered_and_removed({"/", "/"});
         },
         State::unknown, ring},
        {"a removed file is registered with an io_uring by a user with a capability",
         [](const Place& p) {
             return ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) == 0 && become_a_user(p) &&
                    registered_and_removed(p);
         },
         State::unknown, ring},
    };
}

std::vector<ScanRow> unknown_rows() {
    const char* const ring = "io_uring";
    return {
        {"registered with an io_uring, and its node removed",
         [](const Place& p) {
             const Path node = second_node(p);
             return registered(node) && ::unlink(node.c_str()) == 0;
         },
         State::unknown, ring},
        {"registered with an io_uring in a root of its own, and its node removed",
         [](const Place& p) {
             return make_node_in_own_root(p) && registered("/disk") && ::unlink("/disk") == 0;
         },
         State::unknown, ring},
        {"registered with an io_uring that is mapped, and has no descriptor",
         [](const Place& p) {
             const int last = make_ring();
             const int file = opened(p.device);
             return map_ring(last) && register_files(last, {file}) && ::close(file) == 0 &&
                    ::close(last) == 0;
         },
         State::unknown, ring},
    };
}

}  // namespace

bool start_chain(const std::function<bool()>& prepare) {
    int life[2];
    if (::pipe2(life, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    const pid_t first = ::fork();
    if (first == 0) {
        ::close(life[1]);
        if (!prepare()) ::_exit(1);
        fork_and_end(life[0]);
    }
    return first > 0 && ::close(life[0]) == 0;
}

std::vector<ScanRow> scan_rows() {
    std::vector<ScanRow> rows = busy_rows();
    for (const auto& more : {free_rows(), rows_of_users(), unknown_rows()}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

}  // namespace test
