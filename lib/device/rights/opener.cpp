#include "opener.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "device/kernel/proc_directory.hpp"
#include "rights.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

/// What follows the label of a line, which ends it with a colon.
std::optional<std::string_view> line_of(std::string_view text, std::string_view label) {
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line = text.substr(begin, end - begin);
        if (line.starts_with(label)) return line.substr(label.size());
        begin = end + 1;
    }
    return std::nullopt;
}

bool add_numbers(std::optional<std::string_view> line, std::vector<id_t>& numbers) {
    if (!line) return false;
    while (true) {
        line->remove_prefix(std::min(line->find_first_not_of(" \t"), line->size()));
        if (line->empty()) return true;
        id_t number = 0;
        const auto [end, error] =
            std::from_chars(line->data(), line->data() + line->size(), number);
        if (error != std::errc{}) return false;
        numbers.push_back(number);
        line->remove_prefix(static_cast<std::size_t>(end - line->data()));
    }
}

bool is_zero(std::optional<std::string_view> line) {
    return line && line->find_first_not_of("0 \t") == std::string_view::npos;
}

bool contains(const std::vector<id_t>& numbers, id_t number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

bool is_same(int one_place, const char* one, int other_place, const char* other) {
    struct stat first {};
    struct stat second {};
    return ::fstatat(one_place, one, &first, 0) == 0 &&
           ::fstatat(other_place, other, &second, 0) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/// The makers of the user namespace, and of those that it lies in, have what they have given it.
/// @return whether they could be found out.
bool add_makers(int process, std::vector<uid_t>& uids) {
    Descriptor place(::openat(process, "ns/user", O_RDONLY | O_CLOEXEC));
    constexpr int deepest = 33;  // as the kernel allows
    for (int depth = 0; depth < deepest && place.is_open(); ++depth) {
        struct stat status {};
        if (::fstat(place.get(), &status) != 0) return false;
        if (status.st_ino == first_user_namespace) return true;
        uid_t maker = 0;
        if (::ioctl(place.get(), NS_GET_OWNER_UID, &maker) != 0) return false;
        uids.push_back(maker);
        place = Descriptor(::ioctl(place.get(), NS_GET_PARENT));
    }
    return false;
}

/// Only root makes a mount namespace or changes a root directory without making a user namespace.
bool sees_our_nodes(int process) {
    return is_same(process, "ns/mnt", AT_FDCWD, "/proc/self/ns/mnt") &&
           is_same(process, "root", AT_FDCWD, "/proc/self/root");
}

}  // namespace

Opener parse_opener(std::string_view status) {
    Opener who;
    const bool is_whole = add_numbers(line_of(status, "Uid:"), who.uids) && !who.uids.empty() &&
                          add_numbers(line_of(status, "Gid:"), who.gids) && !who.gids.empty() &&
                          add_numbers(line_of(status, "Groups:"), who.gids);
    const bool has_none =
        is_zero(line_of(status, "CapPrm:")) && is_zero(line_of(status, "CapEff:"));
    who.is_privileged = !is_whole || !has_none || contains(who.uids, 0);
    return who;
}

/// The capabilities of a process in a user namespace of its own do not count here.
Opener opener_of(int process) {
    std::string status = read_text(process, "status").text;
    struct stat place {};
    if (::fstatat(process, "ns/user", &place, 0) != 0) return {};
    if (place.st_ino == first_user_namespace) {
        Opener who = parse_opener(status);
        who.is_privileged = who.is_privileged || !sees_our_nodes(process);
        return who;
    }
    for (const std::string_view label : {"\nCapPrm:", "\nCapEff:"}) {
        const std::size_t at = status.find(label);
        if (at == std::string::npos) return {};
        status.replace(at, status.find('\n', at + 1) - at, std::string(label) + '0');
    }
    Opener who = parse_opener(status);
    const bool is_known = add_makers(process, who.uids);
    who.is_privileged = who.is_privileged || !is_known || contains(who.uids, 0);
    return who;
}

bool may_have_opened(const Opener& who, const std::filesystem::path& node) {
    struct stat status {};
    if (who.is_privileged || ::stat(node.c_str(), &status) != 0) return true;
    const bool by_group =
        (status.st_mode & (S_IRGRP | S_IWGRP)) != 0 && contains(who.gids, status.st_gid);
    const bool by_anybody = (status.st_mode & (S_IROTH | S_IWOTH)) != 0;
    const bool by_list = ::getxattr(node.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
    return contains(who.uids, status.st_uid) || by_group || by_anybody || by_list;
}

}  // namespace loopingcall::device::detail
