#include "support/hung_mount.hpp"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

namespace test {

namespace {

/// The one thing it answers: without it, everything waits for it in a way that nothing can end.
bool answer_init(int server) {
    char request[FUSE_MIN_READ_BUFFER];
    if (::read(server, request, sizeof request) <= 0) return false;
    struct {
        fuse_out_header header{};
        fuse_init_out init{};
    } answer;
    answer.header.len = sizeof answer;
    answer.header.unique = reinterpret_cast<const fuse_in_header*>(request)->unique;
    answer.init.major = FUSE_KERNEL_VERSION;
    answer.init.minor = FUSE_KERNEL_MINOR_VERSION;
    answer.init.max_write = 4096;
    return ::write(server, &answer, sizeof answer) == sizeof answer;
}

}  // namespace

HungMount::HungMount(const std::filesystem::path& point)
    : point_(point), server_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
    if (server_ < 0) return;
    std::filesystem::create_directory(point_);
    const std::string options =
        "fd=" + std::to_string(server_) + ",rootmode=40000,user_id=0,group_id=0,allow_other";
    mounted_ =
        ::mount("hung", point_.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0 &&
        answer_init(server_);
}

// Closed first: who hangs gets an error then, and lets go.
HungMount::~HungMount() {
    if (server_ >= 0) ::close(server_);
    if (mounted_) ::umount2(point_.c_str(), MNT_DETACH);
}

}  // namespace test
