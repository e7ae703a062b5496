#pragma once

#include <unistd.h>
#include <loopingcall/export.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace loopingcall::process::detail {

/// A file descriptor that is closed unless it is given away.
class LOOPINGCALL_EXPORT Descriptor {
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

// What a child is given is close-on-exec from birth, so that no child which another thread starts
// at this moment keeps it open; and it is none of 0, 1 and 2, which the child's own streams take.
// All of these throw LaunchError.

/// The reader does not block.
LOOPINGCALL_EXPORT Pipe open_pipe();

/// Something that reads as `text`: /dev/null, or a file in memory. Not a pipe, whose writer would
/// have to be served, and raises SIGPIPE in this process when the child does not read to the end.
LOOPINGCALL_EXPORT Descriptor open_input(std::string_view text);

/// A descriptor of the host, which keeps its own.
LOOPINGCALL_EXPORT Descriptor duplicate(int descriptor);

}  // namespace loopingcall::process::detail
