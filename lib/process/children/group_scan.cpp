#include "group_scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <exception>
#include <string>

#include "background.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::process::detail {

namespace {

using Answer = GroupScan::Answer;

/// Takes the next field of `/proc/PID/stat`.
std::string_view next_field(std::string_view& rest) noexcept {
    const std::size_t begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    rest.remove_prefix(begin);
    const std::string_view field = rest.substr(0, rest.find(' '));
    rest.remove_prefix(field.size());
    return field;
}

long number_of(std::string_view field) noexcept {
    long number = -1;
    std::from_chars(field.data(), field.data() + field.size(), number);
    return number;
}

bool is_living_member(int proc, const char* pid, pid_t group) {
    const Descriptor file(
        ::openat(proc, (std::string(pid) + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
    char text[1024];
    const ssize_t size = file.is_open() ? ::read(file.get(), text, sizeof text) : 0;
    if (size <= 0) return false;  // it has gone meanwhile
    return detail::is_living_member({text, static_cast<std::size_t>(size)}, group);
}

Answer look_through_proc(pid_t group) {
    DIR* const proc = ::opendir("/proc");
    if (!proc) return Answer::alive;
    Answer answer = Answer::gone;
    bool is_proc = false;
    while (const dirent* const entry = ::readdir(proc)) {
        if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
        is_proc = true;
        if (!is_living_member(::dirfd(proc), entry->d_name, group)) continue;
        answer = Answer::alive;
        break;
    }
    ::closedir(proc);
    return is_proc ? answer : Answer::alive;
}

}  // namespace

// pid (name) state ppid pgrp ..., of which num_threads is the 20th.
bool is_living_member(std::string_view stat, pid_t group) noexcept {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos) return false;
    stat.remove_prefix(name_end + 1);
    const std::string_view state = next_field(stat);
    next_field(stat);
    if (number_of(next_field(stat)) != group) return false;
    if (state != "Z" && state != "X") return true;
    // A zombie whose other threads run on is alive.
    for (int field = 6; field < 20; ++field) next_field(stat);
    return number_of(next_field(stat)) > 1;
}

GroupScan::GroupScan(pid_t group)
    : answer_(std::make_shared<std::atomic<Answer>>(Answer::none_yet)) {
    const bool begun =
        run_on_a_thread([answer = answer_, group] { *answer = look_through_proc(group); });
    if (!begun) *answer_ = Answer::alive;
}

}  // namespace loopingcall::process::detail
