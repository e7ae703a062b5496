#include "find_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "launch_error.hpp"

namespace loopingcall::process::detail {

namespace {

bool exists(int directory, const std::string& path) {
    return ::faccessat(directory, path.c_str(), F_OK, AT_EACCESS) == 0;
}

bool is_program(int directory, const std::string& path) {
    struct stat status {};
    return ::faccessat(directory, path.c_str(), X_OK, AT_EACCESS) == 0 &&
           ::fstatat(directory, path.c_str(), &status, 0) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

std::string find_program(const std::string& program, std::string_view path, int directory) {
    if (program.find('/') != std::string::npos) return program;
    std::optional<std::string> no_program;
    for (;;) {
        const std::size_t colon = path.find(':');
        const std::string_view place = path.substr(0, colon);
        std::string candidate(place.empty() ? "." : place);
        candidate.append("/").append(program);
        if (is_program(directory, candidate)) return candidate;
        if (!no_program && exists(directory, candidate)) no_program = candidate;
        if (colon == std::string_view::npos) break;
        path.remove_prefix(colon + 1);
    }
    if (no_program) throw LaunchError(errc::not_executable, *no_program + " cannot be executed");
    throw LaunchError(errc::not_found, "there is no " + program + " in PATH");
}

}  // namespace loopingcall::process::detail
