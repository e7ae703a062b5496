// What a process has mapped into memory.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <set>
#include <string>
#include <thread>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "process_inspector.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_gone(int error) { return error == ENOENT || error == ESRCH; }

/// Bounds the memory that somebody else's mappings can cost.
constexpr std::size_t most_strangers = 10'000;

}  // namespace

/// A mapping that is moved, cut or joined to another while it is looked at has another link then:
/// so the map is read again until each file that was in it first could be looked at.
void ProcessInspector::inspect_mappings() {
    // Most processes map nothing that is new, and their links are not needed.
    // Another mount of the same file system may have the same path elsewhere.
    const auto is_known = [this](const MappedFile& file) {
        const bool may_be_one = targets_.has_inode(file.inode) || targets_.has_mounts();
        return !may_be_one && strangers_.contains(std::string(file.identity));
    };
    process::detail::Descriptor links;
    std::set<std::string> missed;
    constexpr int most_rounds = 16;
    for (int round = 0; round < most_rounds; ++round) {
        const ProcText maps = read_text(process_.get(), "maps");
        throw_if_shortage(maps.error, "maps");
        if (maps.error != 0 && !is_gone(maps.error)) {
            return note_refusal(maps.error, Place::mappings);
        }
        std::set<std::string> again;
        for_each_mapped_file(maps.text, [&](const MappedFile& file) {
            progress_.count();
            if (round > 0 && !missed.contains(std::string(file.identity))) return;
            if (is_known(file)) return;
            if (!links.is_open()) links = open_place(process_.get(), "map_files");
            if (!inspect_mapped_file(links.get(), file)) again.emplace(file.identity);
        });
        if (again.empty()) return;
        missed = std::move(again);
        constexpr int rounds_at_once = 4;
        if (round >= rounds_at_once) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    add_gap(Place::mappings, "its memory map kept changing");
}

/// Those that are not looked for are remembered.
/// @return whether it could be looked at, or may not be.
bool ProcessInspector::inspect_mapped_file(int links, const MappedFile& file) {
    if (file.identity.ends_with(" anon_inode:[io_uring]")) {
        findings_.mapped_rings.push_back(file.inode);
        return true;
    }
    const bool is_room = strangers_.size() < most_strangers;
    struct statx found {};
    const int error = look_at(links, file.link.c_str(), found);
    throw_if_shortage(error, "map_files");
    if (is_gone(error)) return false;
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

/// Which file it is may not be seen; its name in the map proves nothing unless it is what is looked
/// for.
void ProcessInspector::note_unseen_mapping(std::string_view identity) {
    findings_.add_gap({.pid = pid_, .place = Place::mappings, .is_refusal = true});
    const std::size_t path = identity.find('/');
    if (path == std::string_view::npos) return;
    for (const ScanTargets::Part& part : targets_.places_at(identity.substr(path))) {
        if (!part.for_writing) findings_.add_use(part, Place::mappings, pid_, "mmap");
    }
}

}  // namespace loopingcall::device::detail
