#pragma once

#include <sys/types.h>

#include <string>

namespace test {

/// A systemd-udevd of the test's own, with two workers and a rule that opens each loop device for a
/// time. Only root can start it, and only where no other runs.
class Udevd {
  public:
    /// @param probe_seconds  as sleep(1) takes it.
    explicit Udevd(const std::string& probe_seconds);
    ~Udevd();
    Udevd(const Udevd&) = delete;
    Udevd& operator=(const Udevd&) = delete;

    /// Whether it runs; if not, says why in a message of the test.
    [[nodiscard]] bool running() const { return pid_ > 0; }

    /// From now on it opens the devices for another time.
    void probe_for(const std::string& seconds) const;

    /// Waits until it has processed all events, 20 s at most.
    static void settle();

  private:
    pid_t pid_ = -1;
};

}  // namespace test
