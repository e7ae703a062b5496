#include "spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <csignal>
#include <cstring>
#include <loopingcall/process/error.hpp>
#include <string_view>

namespace loopingcall::process::detail {

namespace {

void check(int error, const char* step) {
    if (error != 0) {
        throw boost::system::system_error(error, boost::system::system_category(), step);
    }
}

/// What the child does before the program starts: its three streams, and nothing else open.
class FileActions {
  public:
    FileActions() { check(::posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions"); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void set_streams(int standard_output, int standard_error) {
        check(::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
              "posix_spawn_file_actions_addopen");
        check(::posix_spawn_file_actions_adddup2(&actions_, standard_output, STDOUT_FILENO),
              "posix_spawn_file_actions_adddup2");
        check(::posix_spawn_file_actions_adddup2(&actions_, standard_error, STDERR_FILENO),
              "posix_spawn_file_actions_adddup2");
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
              "posix_spawn_file_actions_addclosefrom_np");
    }

    void change_directory(const std::filesystem::path& directory) {
        if (directory.empty()) return;
        check(::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str()),
              "posix_spawn_file_actions_addchdir_np");
    }

    [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  private:
    posix_spawn_file_actions_t actions_{};
};

/// Signals as in a fresh process: a host that blocks or ignores some must not make a child that
/// cannot be told to end.
class DefaultSignals {
  public:
    DefaultSignals() {
        check(::posix_spawnattr_init(&attributes_), "posix_spawnattr_init");
        sigset_t signals;
        ::sigfillset(&signals);
        ::posix_spawnattr_setsigdefault(&attributes_, &signals);
        ::sigemptyset(&signals);
        ::posix_spawnattr_setsigmask(&attributes_, &signals);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~DefaultSignals() { ::posix_spawnattr_destroy(&attributes_); }
    DefaultSignals(const DefaultSignals&) = delete;
    DefaultSignals& operator=(const DefaultSignals&) = delete;

    [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_{};
};

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings) pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

bool can_be_entered(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

Spawned failure(boost::system::error_code error, const std::string& program,
                const std::string& why) {
    return {.error = error, .message = "cannot start " + program + ": " + why};
}

/// The kernel tells one errno for all that the child does before its program runs.
Spawned failure_to_execute(int error, const Command& command, const std::string& path) {
    if (!command.working_directory.empty() && !can_be_entered(command.working_directory.string())) {
        return failure(
            errc::bad_working_directory, command.argv.front(),
            "the working directory " + command.working_directory.string() + " cannot be entered");
    }
    return failure(from_errno(error), command.argv.front(), path + ": " + std::strerror(error));
}

bool sets(const std::string& entry, const std::string& name) {
    return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

}  // namespace

std::vector<std::string> environment_of(const Command& command) {
    std::vector<std::string> environment;
    for (char** entry = ::environ; entry && *entry; ++entry) environment.emplace_back(*entry);
    for (const auto& [name, value] : command.environment) {
        std::erase_if(environment, [&name = name](const auto& entry) { return sets(entry, name); });
        if (value) environment.push_back(name + '=' + *value);
    }
    return environment;
}

std::string find_program(const std::string& program, const std::vector<std::string>& environment) {
    if (program.find('/') != std::string::npos) return program;
    const auto path = std::find_if(environment.begin(), environment.end(),
                                   [](const auto& entry) { return sets(entry, "PATH"); });
    std::string_view rest = "/usr/local/bin:/usr/bin:/bin";
    if (path != environment.end()) rest = std::string_view(*path).substr(std::strlen("PATH="));
    for (;;) {
        const std::size_t colon = rest.find(':');
        const std::string_view directory = rest.substr(0, colon);
        std::string candidate(directory.empty() ? "." : directory);
        candidate.append("/").append(program);
        if (::access(candidate.c_str(), X_OK) == 0 && !can_be_entered(candidate)) return candidate;
        if (colon == std::string_view::npos) return {};
        rest.remove_prefix(colon + 1);
    }
}

Spawned spawn(const Command& command, int standard_output, int standard_error) {
    if (command.argv.empty() || command.argv.front().empty()) {
        return failure(errc::not_found, "a command", "it names no program");
    }
    std::vector<std::string> argv = command.argv;
    std::vector<std::string> environment = environment_of(command);
    const std::string path = find_program(argv.front(), environment);
    if (path.empty()) {
        return failure(errc::not_found, argv.front(), "there is no such program in PATH");
    }
    FileActions actions;
    actions.set_streams(standard_output, standard_error);
    actions.change_directory(command.working_directory);
    const DefaultSignals signals;
    Spawned spawned;
    const int error = ::posix_spawn(&spawned.pid, path.c_str(), actions.get(), signals.get(),
                                    pointers_to(argv).data(), pointers_to(environment).data());
    return error == 0 ? spawned : failure_to_execute(error, command, path);
}

}  // namespace loopingcall::process::detail
