#pragma once

#include <cstddef>

namespace test {

/// What this process holds: nothing of it may grow.
struct Holdings {
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t children = 0;  // zombies included

    [[nodiscard]] bool within(const Holdings& other) const {
        return descriptors <= other.descriptors && threads <= other.threads &&
               children <= other.children;
    }
};

Holdings holdings();

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
