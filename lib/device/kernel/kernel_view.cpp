#include "kernel_view.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstring>
#include <loopingcall/device/printable.hpp>
#include <system_error>

#include "kernel_tables.hpp"
#include "proc_directory.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

using Path = std::filesystem::path;

/// Why a place does not belong to a file system of this type; empty if it does.
std::string problem_with(const Path& place, long type, bool genuine) {
    const std::string name = printable(place.native());
    struct statfs status {};
    if (::statfs(place.c_str(), &status) != 0) {
        return name + " cannot be read: " + std::strerror(errno);
    }
    if (genuine && static_cast<long>(status.f_type) != type) {
        return name + " is hidden by something mounted over it";
    }
    return {};
}

}  // namespace

KernelText read_table(const KernelView& view, const std::string& name) {
    const Path file = view.proc / name;
    KernelText table{.problem = problem_with(file, PROC_SUPER_MAGIC, view.genuine)};
    if (table.problem.empty()) table.text = read_proc_file(AT_FDCWD, file.c_str());
    if (table.problem.empty() && table.text.empty()) {
        table.problem = printable(file.native()) + " is empty or may not be read";
    }
    if (!table.problem.empty()) table.problem += "; mount a /proc that shows it";
    return table;
}

KernelText read_optional_table(const KernelView& view, const std::string& name) {
    if (is_without(view, name)) return {};
    const Path file = view.proc / name;
    KernelText table{.problem = problem_with(file, PROC_SUPER_MAGIC, view.genuine)};
    if (table.problem.empty()) {
        ProcText read = read_text(AT_FDCWD, file.c_str());
        throw_if_shortage(read.error, name);
        table.text = std::move(read.text);
        if (read.error != 0) {
            table.problem =
                printable(file.native()) + " cannot be read: " + std::strerror(read.error);
        }
    }
    if (!table.problem.empty()) table.problem += "; mount a /proc that shows it";
    return table;
}

bool is_without(const KernelView& view, const std::string& name) {
    std::error_code error;
    const bool has_table = std::filesystem::exists(view.proc / name, error);
    return !error && !has_table && std::filesystem::exists(view.proc / "uptime", error);
}

std::string find_cover(const KernelView& view, const Path& root,
                       bool (*matters)(std::string_view place)) {
    const Path table = view.proc / "self/mountinfo";
    for (const Mount& mount : parse_mountinfo(read_proc_file(AT_FDCWD, table.c_str()))) {
        if (!mount.point.starts_with(root.native() + '/')) continue;
        if (matters(mount.point.substr(root.native().size()) + '/')) return mount.point;
    }
    return {};
}

std::string problem_with_sysfs(const KernelView& view) {
    for (const char* const part : {"dev/block", "block", "class/block"}) {
        const std::string problem = problem_with(view.sysfs / part, SYSFS_MAGIC, view.genuine);
        if (!problem.empty()) return problem + "; mount sysfs on /sys";
    }
    if (!view.genuine) return {};
    const std::string cover = find_cover(view, view.sysfs, [](std::string_view place) {
        return place.find("/block/") != std::string_view::npos;
    });
    if (cover.empty()) return {};
    return printable(cover) + " is hidden by something mounted over it; unmount that";
}

std::string problem_with_proc_fs(const KernelView& view) {
    const std::string problem = problem_with(view.proc / "fs", PROC_SUPER_MAGIC, view.genuine);
    return problem.empty() ? problem : problem + "; mount a /proc that shows it";
}

}  // namespace loopingcall::device::detail
