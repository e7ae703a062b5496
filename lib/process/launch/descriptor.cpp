#include "descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cerrno>

#include "launch_error.hpp"

namespace loopingcall::process::detail {

namespace {

/// A host may have closed its standard streams; then any new descriptor may get their numbers.
Descriptor above_standard_streams(Descriptor descriptor) {
    if (descriptor.get() > STDERR_FILENO) return descriptor;
    Descriptor moved(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved.is_open()) throw LaunchError(errno, "fcntl(F_DUPFD_CLOEXEC)");
    return moved;
}

Descriptor checked(int number, const std::string& step) {
    if (number < 0) throw LaunchError(errno, step);
    return above_standard_streams(Descriptor(number));
}

void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw LaunchError(errno, "writing the input");
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

/// The kernel would end this process by SIGXFSZ, not refuse.
void check_file_size(std::size_t size) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    if (size <= limit.rlim_cur) return;
    throw LaunchError(errc::input_too_long, "the input has " + std::to_string(size) +
                                                " bytes, and RLIMIT_FSIZE allows a file of " +
                                                std::to_string(limit.rlim_cur) +
                                                "; raise it by ulimit -f");
}

}  // namespace

Pipe open_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw LaunchError(errno, "pipe2");
    Descriptor reader(ends[0]);
    Descriptor writer(ends[1]);
    Pipe pipe{above_standard_streams(std::move(reader)), above_standard_streams(std::move(writer))};
    if (::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK) != 0) {
        throw LaunchError(errno, "fcntl(O_NONBLOCK)");
    }
    return pipe;
}

Descriptor open_input(std::string_view text) {
    if (text.empty()) return checked(::open("/dev/null", O_RDONLY | O_CLOEXEC), "open /dev/null");
    check_file_size(text.size());
    Descriptor file = checked(::memfd_create("input", MFD_CLOEXEC), "memfd_create");
    write_all(file.get(), text);
    if (::lseek(file.get(), 0, SEEK_SET) != 0) throw LaunchError(errno, "lseek");
    return file;
}

Descriptor duplicate(int descriptor) {
    Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!copy.is_open()) {
        throw LaunchError(errno, "duplicating descriptor " + std::to_string(descriptor));
    }
    return copy;
}

}  // namespace loopingcall::process::detail
