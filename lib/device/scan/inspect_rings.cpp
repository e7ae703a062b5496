// The files that are registered with the io_urings of a process: no descriptor shows them.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <loopingcall/device/printable.hpp>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "process_inspector.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

constexpr std::string_view deleted = " (deleted)";

/// A file in memory: it has a path that leads nowhere, and is not a device.
bool is_in_memory(std::string_view path) {
    return path.starts_with("/memfd:") && path.ends_with(deleted);
}

std::string directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// What a path may be called below a root: the path itself, and without that of the root.
std::vector<std::string> names_below(const std::string& path_of_root, const std::string& path) {
    std::vector<std::string> names{'.' + path};
    const bool is_longer = path_of_root != "/" && path.starts_with(path_of_root + '/');
    if (is_longer) names.push_back('.' + path.substr(path_of_root.size()));
    return names;
}

}  // namespace

/// The kernel writes paths as they are from our root, or from the top of another mount namespace,
/// which may be above the roots of its processes; and what has that path now need not be what was
/// registered. So a target is looked up from all roots, and what is nowhere may be it.
void ProcessInspector::inspect_ring(const std::string& info) {
    const RegisteredFiles files = read_ring(info);
    for (const std::string& name : files.unclear) {
        add_gap(Place::io_uring,
                "a file is registered with its io_uring of which the kernel shows "
                "no path, but \"" +
                    printable(name) + '"');
    }
    if (files.paths.empty()) return;
    const std::vector<Root> roots = open_roots();
    for (const std::string& path : std::set(files.paths.begin(), files.paths.end())) {
        progress_.count();
        inspect_registered(roots, path);
    }
}

/// Ours, and that of each thread: the first one may have ended, and others may have left its root.
std::vector<ProcessInspector::Root> ProcessInspector::open_roots() {
    std::vector<Root> roots;
    roots.push_back({open_place(AT_FDCWD, "/"), "/"});
    const auto add = [&](const std::string& link) {
        Descriptor root = open_place(process_.get(), link.c_str());
        if (!root.is_open()) return;
        std::string path(PATH_MAX, '\0');
        const ssize_t size = ::readlinkat(process_.get(), link.c_str(), path.data(), path.size());
        path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        roots.push_back({std::move(root), size > 0 ? path : "/"});
    };
    add("root");
    ProcDirectory threads(process_.get(), "task");
    if (!threads.is_open()) throw_if_shortage(threads.error(), "task");
    ThreadTables tables(pid_);
    while (const auto thread = threads.is_open() ? threads.next_number() : std::nullopt) {
        progress_.count();
        if (*thread == pid_ || !tables.has_new_places(*thread)) continue;
        add("task/" + std::to_string(*thread) + "/root");
    }
    return roots;
}

/// A ring that is busy shows nothing; it is so for a moment, or hangs.
RegisteredFiles ProcessInspector::read_ring(const std::string& info) {
    constexpr int most_rounds = 64;
    for (int round = 0; round < most_rounds; ++round) {
        progress_.count();
        const ProcText text = read_text(process_.get(), info.c_str());
        if (!text.is_open && text.error != 0 && !is_shortage(text.error)) return {};  // closed
        RegisteredFiles files = parse_registered_files(text.text, ring_format_);
        if (files.is_listed && text.error == 0) return files;
        constexpr int rounds_at_once = 8;
        if (round >= rounds_at_once) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    add_gap(Place::io_uring, "its io_uring is busy, so that its registered files are not listed");
    return {};
}

void ProcessInspector::inspect_registered(const std::vector<Root>& roots, const std::string& path) {
    struct statx found {};
    bool is_there = false;
    for (const Root& root : roots) {
        for (const std::string& name : names_below(root.path, path)) {
            if (look_at(root.directory.get(), name.c_str(), found) != 0) continue;
            is_there = true;
            note(found, "io_uring", Place::io_uring, true);
        }
    }
    for (const ScanTargets::Part& part : targets_.places_at(path)) {
        is_there = true;
        findings_.add_use(part, Place::io_uring, pid_, "io_uring");
    }
    if (is_there && !path.ends_with(deleted)) return;
    if (is_in_memory(path)) return;
    if (may_lie_below(roots, directory_of(path))) {
        add_gap(Place::io_uring,
                "a file is registered with its io_uring that is not at its path "
                "any more: " +
                    printable(path));
    }
}

/// Whether a target may lie in this directory, as it is from one of the roots; also true if that
/// is unknown.
bool ProcessInspector::may_lie_below(const std::vector<Root>& roots,
                                     const std::string& directory) const {
    bool is_there = false;
    for (const Root& root : roots) {
        for (const std::string& name : names_below(root.path, directory)) {
            const Descriptor place = open_place(root.directory.get(), name.c_str());
            if (place.is_open() && may_lie_in(place.get())) return true;
            is_there = is_there || place.is_open();
        }
    }
    return !is_there;
}

bool ProcessInspector::may_lie_in(int place) const {
    struct stat status {};
    if (::fstat(place, &status) != 0 || targets_.has_file_on(status.st_dev)) return true;
    if (!targets_.has_block_device()) return false;
    struct statfs file_system {};
    return ::fstatfs(place, &file_system) != 0 ||
           (static_cast<unsigned long>(file_system.f_flags) & ST_NODEV) == 0;
}

}  // namespace loopingcall::device::detail
