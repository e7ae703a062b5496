#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace test {

/// A process of its own that does something and then waits, until it is let go.
class Child {
  public:
    /// @param prepare  done in the child; the constructor returns when it has returned. The child
    ///                 ends at once if it returns false. No check of Boost.Test may be used in it.
    /// @param leader_dies  whether its first thread ends then, and another one goes on.
    explicit Child(const std::function<bool()>& prepare, bool leader_dies = false);
    ~Child() { let_go(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Whether it could do what it was to do.
    [[nodiscard]] bool prepared() const { return prepared_; }

    /// Kills it and waits for its end.
    void let_go();

  private:
    pid_t pid_ = -1;
    bool prepared_ = false;
};

/// Gives this process mounts of its own, which no other process sees.
bool unshare_mounts();

/// Runs a program to its end, without its output.
/// @return whether it exited with 0.
bool run_program(const std::string& command_line);

}  // namespace test
