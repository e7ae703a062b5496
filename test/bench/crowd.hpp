#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <vector>

namespace bench {

/// So many sleeping processes with 20 descriptors each: a probe has to inspect them all.
class Crowd {
  public:
    void grow_to(std::size_t size) {
        while (members_.size() < size) {
            const pid_t pid = ::fork();
            if (pid == 0) sleep_with_descriptors();
            members_.push_back(pid);
        }
    }
    ~Crowd() {
        for (const pid_t pid : members_) ::kill(pid, SIGKILL);
        for (const pid_t pid : members_) ::waitpid(pid, nullptr, 0);
    }

  private:
    [[noreturn]] static void sleep_with_descriptors() {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (int i = 0; i < 20; ++i) (void)::open("/dev/null", O_RDONLY);
        for (;;) ::pause();
    }

    std::vector<pid_t> members_;
};

}  // namespace bench
