// What a process has mapped into memory.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <thread>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "process_inspector.hpp"

namespace loopingcall::device::detail {

namespace {

/// Bounds the memory that the mappings of another user can cost.
constexpr std::size_t most_strangers = 10'000;

}  // namespace

/// A mapping that is moved, cut or joined to another during the inspection has another link then.
/// So the map is read again until each file of the first one was seen.
void ProcessInspector::inspect_mappings(int proc) {
    // Another mount of the same file system may have the same path elsewhere.
    const auto is_known = [this](const MappedFile& file) {
        const bool may_be_one = targets_.has_inode(file.inode) || targets_.has_mounts();
        return !may_be_one && strangers_.contains(file.identity);
    };
    NameSet missed;
    constexpr int most_rounds = 16;
    for (int round = 0; round < most_rounds; ++round) {
        const std::optional<std::string> maps = read_maps(proc);
        if (!maps) return;
        process::detail::Descriptor links;
        bool can_open = true;
        NameSet again;
        for_each_mapped_file(*maps, [&](const MappedFile& file) {
            progress_.count();
            const bool was_seen = round > 0 && !missed.contains(file.identity);
            if (!can_open || was_seen || is_known(file)) return;
            can_open = open_links(proc, links);
            if (can_open && !inspect_mapped_file(links.get(), file)) again.emplace(file.identity);
        });
        if (!can_open || again.empty()) return;
        missed = std::move(again);
        constexpr int rounds_at_once = 4;
        if (round >= rounds_at_once) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    add_gap(Place::mappings, "its memory map kept changing");
}

/// @return nothing if the process has no memory, or its map may not be read.
std::optional<std::string> ProcessInspector::read_maps(int proc) {
    constexpr int most_threads = 16;
    for (int i = 0; i < most_threads; ++i) {
        // Most processes map nothing that is new: their directories stay closed.
        ProcText maps = process_.is_open()
                            ? read_text(process_.get(), "maps")
                            : read_text(proc, (std::to_string(pid_) + "/maps").c_str());
        throw_if_shortage(maps.error, "maps");
        if (maps.error != 0 && !has_ended(maps.error)) {
            if (open_process(proc, Place::mappings)) note_refusal(maps.error, Place::mappings);
            return std::nullopt;
        }
        if (maps.error == 0 && !maps.text.empty()) return std::move(maps.text);
        if (!open_thread_with_memory(proc)) return std::nullopt;
    }
    add_gap(Place::mappings, "its threads kept changing");
    return std::nullopt;
}

/// /proc/PID shows the memory of the first thread, and nothing after the end of that thread. /proc
/// has a directory for each other thread as well, which it does not list.
/// @return whether another thread has memory; its directory then stands for that of the process.
bool ProcessInspector::open_thread_with_memory(int proc) {
    const std::string tasks = std::to_string(pid_) + "/task";
    if (!has_threads(proc, tasks.c_str())) return false;
    ProcDirectory threads(proc, tasks.c_str());
    if (!threads.is_open()) throw_if_shortage(threads.error(), "task");
    while (const auto thread = threads.is_open() ? threads.next_number() : std::nullopt) {
        progress_.count();
        if (*thread == pid_) continue;
        process_ = open_place(proc, std::to_string(*thread).c_str());
        if (process_.is_open() && !read_text(process_.get(), "maps").text.empty()) return true;
    }
    process_ = process::detail::Descriptor();
    return false;
}

/// @return false if the process has ended, or its links may not be seen.
bool ProcessInspector::open_links(int proc, process::detail::Descriptor& links) {
    if (links.is_open()) return true;
    if (!open_process(proc, Place::mappings)) return false;
    links = open_place(process_.get(), "map_files");
    if (!links.is_open()) note_error(errno, Place::mappings);
    return links.is_open();
}

/// Those of no target are remembered.
/// @return whether it could be inspected, or may not be.
bool ProcessInspector::inspect_mapped_file(int links, const MappedFile& file) {
    if (file.identity.ends_with(" anon_inode:[io_uring]")) {
        findings_.mapped_rings.push_back(file.inode);
        return true;
    }
    const bool is_room = strangers_.size() < most_strangers;
    struct statx found {};
    const int error = look_at(links, file.link.c_str(), found);
    throw_if_shortage(error, "map_files");
    if (has_ended(error)) return false;
    if (error != 0) {
        note_unseen_mapping(file.identity);
    } else if (targets_.contains(found)) {
        struct stat mode {};
        const bool known = ::fstatat(links, file.link.c_str(), &mode, AT_SYMLINK_NOFOLLOW) == 0;
        note(found, "mmap", Place::mappings, !known || (mode.st_mode & S_IWUSR) != 0);
    } else if (is_room) {
        strangers_.emplace(file.identity);
    }
    return true;
}

/// Which file it is may not be seen; its name in the map proves nothing unless it is that of a
/// target.
void ProcessInspector::note_unseen_mapping(std::string_view identity) {
    findings_.add_gap({.pid = pid_, .place = Place::mappings, .is_refusal = true});
    const std::size_t path = identity.find('/');
    if (path == std::string_view::npos) return;
    for (const ScanTargets::Part& part : targets_.places_at(identity.substr(path))) {
        if (!part.for_writing) findings_.add_use(part, Place::mappings, pid_, "mmap");
    }
}

}  // namespace loopingcall::device::detail
