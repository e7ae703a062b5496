#include "support/hung_mount.hpp"

#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>
#include <system_error>
#include <thread>

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

template <class Body>
bool answer(int server, const fuse_in_header& request, const Body& body) {
    struct {
        fuse_out_header header{};
        Body body{};
    } whole;
    whole.header.len = sizeof whole;
    whole.header.unique = request.unique;
    whole.body = body;
    return ::write(server, &whole, sizeof whole) == sizeof whole;
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

bool HungMount::make_known(const std::string& name, unsigned mode) {
    std::error_code ignored;
    std::thread asks([&] { (void)std::filesystem::symlink_status(point_ / name, ignored); });
    bool is_known = false;
    while (!is_known) {
        alignas(fuse_in_header) char buffer[FUSE_MIN_READ_BUFFER];
        if (::read(server_, buffer, sizeof buffer) <= 0) break;
        const auto& request = *reinterpret_cast<const fuse_in_header*>(buffer);
        fuse_entry_out entry{};
        entry.nodeid = mode == 0 ? 0 : 2;
        entry.entry_valid = 3600;
        entry.attr.ino = 2;
        entry.attr.nlink = 1;
        entry.attr.mode = mode;
        fuse_attr_out attributes{};
        attributes.attr = entry.attr;
        const bool is_lookup = request.opcode == FUSE_LOOKUP;
        is_known = is_lookup == (mode == 0);  // a file that is there has attributes, too
        const bool is_answered =
            is_lookup ? answer(server_, request, entry) : answer(server_, request, attributes);
        if (!is_answered) break;
    }
    asks.join();
    return is_known;
}

// Closed first: a hung process gets an error then, and lets go.
HungMount::~HungMount() {
    if (server_ >= 0) ::close(server_);
    if (mounted_) ::umount2(point_.c_str(), MNT_DETACH);
}

}  // namespace test
