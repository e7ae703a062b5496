#include "support/exact_heap.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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
    ::execv("/proc/self/exe", arguments);
    throw std::system_error(errno, std::system_category(), "cannot run again as /proc/self/exe");
}

}  // namespace test
