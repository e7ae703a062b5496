#pragma once

#include <unistd.h>

#include <utility>

namespace loopingcall::process::detail {

/// A file descriptor that is closed unless it is given away.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }

    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }
    int release() noexcept { return std::exchange(number_, -1); }

  private:
    int number_;
};

/// The two ends of a pipe.
struct Pipe {
    Descriptor reader;
    Descriptor writer;
};

/// A pipe whose ends are close-on-exec from birth, so that no child which another thread starts at
/// this moment keeps the writer open; and none of them 0, 1 or 2, which the child's own take.
/// @throws boost::system::system_error
Pipe make_pipe();

}  // namespace loopingcall::process::detail
