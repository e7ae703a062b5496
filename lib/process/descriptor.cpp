#include "descriptor.hpp"

#include <fcntl.h>

#include <boost/system/system_error.hpp>
#include <cerrno>

namespace loopingcall::process::detail {

namespace {

[[noreturn]] void fail(const char* step) {
    throw boost::system::system_error(errno, boost::system::system_category(), step);
}

/// A host may have closed its standard streams; then their numbers are given to anybody.
Descriptor above_standard_streams(Descriptor descriptor) {
    if (descriptor.get() > STDERR_FILENO) return descriptor;
    Descriptor moved(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved.is_open()) fail("fcntl(F_DUPFD_CLOEXEC)");
    return moved;
}

}  // namespace

Pipe make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
    Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    return {above_standard_streams(std::move(reader)), above_standard_streams(std::move(writer))};
}

}  // namespace loopingcall::process::detail
