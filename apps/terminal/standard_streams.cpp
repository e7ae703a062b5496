#include "terminal/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

namespace terminal {

void occupy_closed_streams() noexcept {
    for (int stream = 0; stream <= 2; ++stream) {
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        // The lowest number that is free is this one. What it is used for fails, as it would have.
        (void)::open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY);
    }
}

bool output_arrived(const char* program) {
    errno = 0;
    std::cout.flush();
    if (std::cout) return true;
    std::cerr << program << ": cannot write to standard output";
    if (errno != 0) std::cerr << ": " << std::strerror(errno);
    std::cerr << '\n';
    return false;
}

}  // namespace terminal
