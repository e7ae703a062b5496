#include "support/exact_heap.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace test {

void run_with_exact_heap(char** arguments) {
    constexpr const char* name = "GLIBC_TUNABLES";
    constexpr std::string_view exact = "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=1";
    if (const char* const given = std::getenv(name)) {
        if (given == exact) ::unsetenv(name);  // it runs again
        return;
    }
    ::setenv(name, exact.data(), 1);
    // By its own name, which others see.
    const std::string program = std::filesystem::read_symlink("/proc/self/exe");
    ::execv(program.c_str(), arguments);
    throw std::system_error(errno, std::system_category(), "cannot run again as " + program);
}

}  // namespace test
