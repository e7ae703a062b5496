#include "support/io_uring.hpp"

#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace test {

int make_ring() {
    io_uring_params parameters{};
    return static_cast<int>(::syscall(SYS_io_uring_setup, 4, &parameters));
}

bool register_files(int ring, const std::vector<int>& files) {
    return ::syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, files.data(),
                     files.size()) == 0;
}

bool map_ring(int ring) {
    constexpr std::size_t one_page = 4096;
    return ::mmap(nullptr, one_page, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
                  IORING_OFF_SQ_RING) != MAP_FAILED;
}

}  // namespace test
