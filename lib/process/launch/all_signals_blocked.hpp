#pragma once

#include <pthread.h>

#include <csignal>

namespace loopingcall::process::detail {

/// Blocks all signals of this thread, and of the threads that it starts meanwhile: signals are the
/// host's, and none of its handlers is to run where it does not expect them.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

}  // namespace loopingcall::process::detail
