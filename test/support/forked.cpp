#include "support/forked.hpp"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace test {

int in_forked_child(const std::function<int()>& work) {
    const ::pid_t child = ::fork();
    if (child == 0) ::_exit(work());
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return 255;
    return WEXITSTATUS(status);
}

void become_nobody() {
    constexpr ::uid_t nobody = 65534;
    if (::geteuid() != 0) return;
    const bool given_up = ::setgroups(0, nullptr) == 0 &&
                          ::setresgid(nobody, nobody, nobody) == 0 &&
                          ::setresuid(nobody, nobody, nobody) == 0;
    if (!given_up) std::abort();
}

}  // namespace test
