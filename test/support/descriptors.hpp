#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

namespace test {

/// What this process holds: nothing of it may grow.
struct Holdings {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t children = 0;  // zombies included
    std::size_t heap = 0;      // bytes, without what a sanitizer keeps

    /// The heap may be larger by what the test itself leaves: caches, and its own log.
    [[nodiscard]] bool within(const Holdings& other) const;
};

Holdings holdings();

/// What is held once there is but one thread, or after 5 s.
Holdings held_when_idle();

/// What is held once it is within `wanted`, or after 5 s: threads that were abandoned end.
Holdings held_when_within(const Holdings& wanted);

/// The children of this process, zombies included.
std::vector<::pid_t> children();

/// Fails the test case in whose fixture it stands if more is held at the end than at the beginning.
class NothingLeftBehind {
  public:
    NothingLeftBehind();
    ~NothingLeftBehind();
    NothingLeftBehind(const NothingLeftBehind&) = delete;
    NothingLeftBehind& operator=(const NothingLeftBehind&) = delete;

  private:
    Holdings before_;
};

}  // namespace test
