#include "spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "descriptor.hpp"
#include "environment.hpp"
#include "find_program.hpp"
#include "launch_error.hpp"

namespace loopingcall::process::detail {

namespace {

void check(int error, const char* step) {
    if (error != 0) throw LaunchError(error, step);
}

/// What the child does before the program starts.
class FileActions {
  public:
    FileActions() {
        check(::posix_spawn_file_actions_init(&actions_), "posix_spawn_file_actions_init");
    }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void set_stream(int source, int stream) {
        check(::posix_spawn_file_actions_adddup2(&actions_, source, stream),
              "posix_spawn_file_actions_adddup2");
    }

    void enter(int directory) {
        check(::posix_spawn_file_actions_addfchdir_np(&actions_, directory),
              "posix_spawn_file_actions_addfchdir_np");
    }

    void close_all_from(int descriptor) {
        check(::posix_spawn_file_actions_addclosefrom_np(&actions_, descriptor),
              "posix_spawn_file_actions_addclosefrom_np");
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

/// As exec wants them. A text with a NUL byte would reach the program cut short.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    for (std::string& string : strings) {
        if (string.find('\0') != std::string::npos) {
            throw LaunchError(errc::cannot_start,
                              "'" + std::string(string.c_str()) + "...' holds a NUL byte");
        }
        pointers.push_back(string.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// A file that is there and yet "not found" is a script whose interpreter is missing.
[[noreturn]] void refuse(int error, const std::string& path, int directory) {
    if (error == ENOENT && ::faccessat(directory, path.c_str(), X_OK, AT_EACCESS) == 0) {
        throw LaunchError(errc::not_executable, path + ": its interpreter does not exist");
    }
    throw LaunchError(error, path);
}

}  // namespace

std::vector<std::string> arguments_of(const Command& command) {
    std::vector<std::string> arguments;
    if (command.run_as_root && ::geteuid() != 0) arguments = command.root_helper;
    arguments.insert(arguments.end(), command.argv.begin(), command.argv.end());
    return arguments;
}

pid_t spawn(const Command& command, const Streams& streams) {
    std::vector<std::string> arguments = arguments_of(command);
    if (command.argv.empty() || arguments.front().empty()) {
        throw LaunchError(errc::not_found, "no program is named");
    }
    std::vector<std::string> environment = environment_of(command);
    const auto argv = pointers_to(arguments);
    const auto envp = pointers_to(environment);

    FileActions actions;
    actions.set_stream(streams.input, STDIN_FILENO);
    actions.set_stream(streams.output, STDOUT_FILENO);
    actions.set_stream(streams.error, STDERR_FILENO);
    Descriptor directory;
    if (!command.working_directory.empty()) {
        directory = open_working_directory(command.working_directory);
        actions.enter(directory.get());
    }
    actions.close_all_from(STDERR_FILENO + 1);

    const int base = directory.is_open() ? directory.get() : AT_FDCWD;
    const auto path = find_variable(environment, "PATH").value_or(default_path);
    const std::string program = find_program(arguments.front(), path, base);
    const DefaultSignals signals;
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), actions.get(), signals.get(),
                                    argv.data(), envp.data());
    if (error != 0) refuse(error, program, base);
    return pid;
}

}  // namespace loopingcall::process::detail
