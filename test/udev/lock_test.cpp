// diskwait --lock, beside a real systemd-udevd.
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <thread>

#include "process/launch/descriptor.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/loop_disk.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"
#include "support/udevd.hpp"

using namespace std::chrono_literals;

namespace {

using loopingcall::process::detail::Descriptor;

/// Counts the openings of a device between two files that a command makes.
class Openings {
  public:
    Openings(const std::filesystem::path& device, const std::filesystem::path& directory)
        : inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        ::inotify_add_watch(inotify_.get(), device.c_str(), IN_OPEN);
        directory_ = ::inotify_add_watch(inotify_.get(), directory.c_str(), IN_CREATE);
    }

    int between(const std::string& begin, const std::string& end) {
        alignas(inotify_event) char buffer[65536];
        int openings = 0;
        bool counts = false;
        ssize_t size = 0;
        while ((size = ::read(inotify_.get(), buffer, sizeof buffer)) > 0) {
            for (ssize_t offset = 0; offset < size;) {
                const auto* const event = reinterpret_cast<const inotify_event*>(buffer + offset);
                offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
                if (event->wd == directory_) {
                    counts = event->name == begin || (counts && event->name != end);
                } else if (counts) {
                    ++openings;
                }
            }
        }
        return openings;
    }

  private:
    Descriptor inotify_;
    int directory_ = -1;
};

int runs() {
    const char* const all = std::getenv("TEST_MISSION");
    return all != nullptr ? 200 : 10;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lock_beside_udevd)

BOOST_AUTO_TEST_CASE(only_the_command_opens_the_device_while_it_runs) {
    const test::Scratch scratch;
    const test::LoopDisk disk(scratch.file("disk"), 16);
    const std::string device = disk.path().string();
    const auto marks = scratch.path() / "marks";
    std::filesystem::create_directory(marks);
    const std::string command = ": >" + marks.string() + "/begin; mkfs.ext4 -q -F " + device +
                                "; : >" + marks.string() + "/end; rm " + marks.string() + "/*";
    const auto openings_of = [&](const std::vector<std::string>& argv) {
        Openings openings(device, marks);
        const auto ended = test::run(argv);
        BOOST_TEST(ended.exit_code == 0, ended.err);
        return openings.between("begin", "end");
    };
    const int alone = openings_of({"/bin/sh", "-c", command});  // without udevd
    BOOST_TEST(alone > 0);
    const test::Udevd udevd("0.05");
    if (!udevd.running() || !disk.attached()) return;
    (void)test::run_program("udevadm trigger --settle " +
                            device);  // it watches the disk from now on
    for (int i = 0; i < runs(); ++i) {
        const int fd = ::open(device.c_str(), O_WRONLY | O_CLOEXEC);
        ::close(fd);  // so that udev has an event of it
        BOOST_TEST(openings_of({TEST_DISKWAIT, "-q", "--probe", "procfs", "--lock", device, "--",
                                "/bin/sh", "-c", command}) == alone);
    }
}

BOOST_AUTO_TEST_SUITE_END()
