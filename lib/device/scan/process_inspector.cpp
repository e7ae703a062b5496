#include "process_inspector.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "device/proc/exemptions.hpp"
#include "device/proc/process_info.hpp"

namespace loopingcall::device::detail {

namespace {

RingFormat format_of_this_kernel() {
    utsname names{};
    return ::uname(&names) == 0 ? ring_format_of(names.release) : RingFormat{};
}

/// What has no type is an anonymous inode: an io_uring, an eventfd and so on.
bool is_ring(int directory, const char* number) {
    constexpr std::string_view wanted = "anon_inode:[io_uring]";
    char link[wanted.size() + 1];
    const ssize_t size = ::readlinkat(directory, number, link, sizeof link);
    return size > 0 && std::string_view(link, static_cast<std::size_t>(size)) == wanted;
}

}  // namespace

ProcessInspector::ProcessInspector(const ScanTargets& targets, Progress& progress)
    : targets_(targets), progress_(progress), ring_format_(format_of_this_kernel()) {}

Findings ProcessInspector::inspect(Look look, int proc, pid_t pid, const Findings& known) {
    progress_.count();
    pid_ = pid;
    findings_ = {};
    process_ = process::detail::Descriptor();
    if (look == Look::mappings) {
        inspect_mappings(proc);
        return std::exchange(findings_, {});
    }
    if (!open_process(proc, Place::descriptors)) return std::exchange(findings_, {});
    switch (look) {
        case Look::descriptors:
            inspect_descriptors("", Place::descriptors);
            inspect_link("exe", "exe", Place::descriptors);
            inspect_places("", Place::descriptors);
            findings_.has_threads = has_threads(process_.get(), "task");
            break;
        case Look::threads:
            if (known.has_threads) inspect_threads();
            count_in_flight(known.sockets);
            count_in_flight(findings_.sockets);
            break;
        case Look::rings:
            for (const std::string& ring : known.rings) inspect_ring(ring);
            break;
        case Look::mappings:
            break;
    }
    return std::exchange(findings_, {});
}

/// The open directory is of this process, also when another one gets its number.
bool ProcessInspector::open_process(int proc, Place place) {
    if (process_.is_open()) return true;
    process_ = open_place(proc, std::to_string(pid_).c_str());
    if (process_.is_open()) return true;
    findings_.is_gone = has_ended(errno);
    note_error(errno, place);
    return false;
}

void ProcessInspector::inspect_descriptors(const std::string& prefix, Place place) {
    ProcDirectory descriptors(process_.get(), (prefix + "fd").c_str());
    if (!descriptors.is_open()) {
        findings_.is_gone = findings_.is_gone || has_ended(descriptors.error());
        return note_refusal(descriptors.error(), place);
    }
    while (const char* const number = descriptors.next()) {
        progress_.count();
        struct statx found {};
        const int error = look_at(descriptors.descriptor(), number, found);
        if (error != 0) {
            note_error(error, place);
            continue;
        }
        const auto info = [&] { return prefix + "fdinfo/" + number; };
        if (targets_.contains(found)) {
            inspect_descriptor(descriptors.descriptor(), number, info(), found, place);
        }
        if (S_ISSOCK(found.stx_mode)) {
            findings_.sockets.push_back(info());
        } else if ((found.stx_mode & S_IFMT) == 0 && is_ring(descriptors.descriptor(), number)) {
            findings_.rings.push_back(info());
            findings_.ring_inodes.push_back(found.stx_ino);
        }
    }
}

/// The permissions of a link of /proc are those that the file was opened with. One that was opened
/// with O_PATH has none, nor has one that was opened for ioctl() alone.
void ProcessInspector::inspect_descriptor(int directory, const char* number,
                                          const std::string& info, const struct statx& found,
                                          Place place) {
    struct stat link {};
    const bool known = ::fstatat(directory, number, &link, AT_SYMLINK_NOFOLLOW) == 0;
    const bool opened = known && (link.st_mode & (S_IRUSR | S_IWUSR)) != 0;
    if (!opened || is_ancestor()) {
        const DescriptorInfo details =
            parse_descriptor_info(read_text(process_.get(), info.c_str()).text);
        if (details.is_path_only) return pass_over(found, "has it open with O_PATH only", place);
        if (details.has_flock && is_ancestor()) {
            return pass_over(found, "holds its lock for this program", place);
        }
    }
    note(found, "open", place, !known || (link.st_mode & S_IWUSR) != 0);
}

/// Found out only when something is held.
bool ProcessInspector::is_ancestor() {
    if (!ancestors_) ancestors_ = find_ancestors();
    return ancestors_->contains(pid_);
}

/// @return 0, or an errno.
int ProcessInspector::inspect_link(const std::string& name, const char* access, Place place) {
    struct statx found {};
    const int error = look_at(process_.get(), name.c_str(), found);
    if (error != 0) {
        note_refusal(error, place);
    } else {
        note(found, access, place, true);
    }
    return error;
}

/// One that has ended, also as a zombie, has no working directory. Its descriptors were closed
/// before, perhaps while they were listed; a kernel thread has one.
void ProcessInspector::inspect_places(const std::string& prefix, Place place) {
    inspect_link(prefix + "root", "root", place);
    const int error = inspect_link(prefix + "cwd", "cwd", place);
    findings_.is_gone = findings_.is_gone || has_ended(error);
}

void ProcessInspector::count_in_flight(const std::vector<std::string>& sockets) {
    for (const std::string& socket : sockets) {
        progress_.count();
        const ProcText text = read_text(process_.get(), socket.c_str());
        throw_if_shortage(text.error, "/proc");
        findings_.in_flight += descriptors_in_flight(text.text);
    }
}

void ProcessInspector::note(const struct statx& found, const char* access, Place place,
                            bool for_writing) {
    if (!targets_.contains(found)) return;
    for (const ScanTargets::Part& part : targets_.places_of(found)) {
        if (for_writing || !part.for_writing) findings_.add_use(part, place, pid_, access);
    }
}

/// What has opened nothing keeps a file system in use all the same.
void ProcessInspector::pass_over(const struct statx& found, const std::string& what, Place place) {
    for (const ScanTargets::Part& part : targets_.places_of(found)) {
        if (part.is_file_system) {
            findings_.add_use(part, place, pid_, "open");
        } else {
            findings_.add_passed_over(part, pid_, what);
        }
    }
}

void ProcessInspector::add_gap(Place place, std::string why) {
    Gap gap{.pid = pid_, .place = place, .why = std::move(why)};
    if (place == Place::io_uring) gap.opener = opener_of(process_.get());
    findings_.add_gap(std::move(gap));
}

void ProcessInspector::note_error(int error, Place place) {
    throw_if_shortage(error, "/proc");
    if (error != 0 && !has_ended(error))
        findings_.add_gap({.pid = pid_, .place = place, .is_refusal = true});
}

/// Kernel threads hold nothing; without root, they cannot be inspected either.
void ProcessInspector::note_refusal(int error, Place place) {
    throw_if_shortage(error, "/proc");
    if (error != 0 && !has_ended(error) && !is_kernel_thread(process_.get()))
        note_error(error, place);
}

}  // namespace loopingcall::device::detail
