#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "waiting.hpp"

using namespace std::chrono_literals;
namespace device = loopingcall::device;
using device::State;

namespace {

/// A real block device with a file of 1 MiB behind it.
class LoopDevice {
  public:
    explicit LoopDevice(const std::filesystem::path& file) {
        std::filesystem::resize_file(file, 1U << 20U);
        const int control = ::open("/dev/loop-control", O_RDWR | O_CLOEXEC);
        const int backing = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
        // Somebody else may take the number between the two calls; then the next one is asked for.
        for (int attempt = 0; attempt < 100 && control >= 0 && !attached_; ++attempt) {
            const int number = ::ioctl(control, LOOP_CTL_GET_FREE);
            path_ = "/dev/loop" + std::to_string(number);
            const int node = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
            attached_ = node >= 0 && ::ioctl(node, LOOP_SET_FD, backing) == 0;
            if (node >= 0) ::close(node);
        }
        if (control >= 0) ::close(control);
        ::close(backing);
    }
    ~LoopDevice() {
        if (!attached_) return;
        const int node = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
        ::ioctl(node, LOOP_CLR_FD, 0);
        ::close(node);
    }
    LoopDevice(const LoopDevice&) = delete;
    LoopDevice& operator=(const LoopDevice&) = delete;

    [[nodiscard]] bool attached() const { return attached_; }
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
    bool attached_ = false;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(real_device, test::Waiting)

BOOST_AUTO_TEST_CASE(a_loop_device_is_busy_while_a_process_holds_it_and_free_after) {
    const LoopDevice disk(file);
    if (!disk.attached()) {
        BOOST_TEST_MESSAGE("skipped: no loop device can be made here (needs root)");
        return;
    }
    BOOST_TEST(wait_for(disk.path(), {.check_device_max_retries = 20}).report.state == State::free);

    const pid_t holder = ::fork();
    if (holder == 0) {
        (void)::open(disk.path().c_str(), O_RDWR);
        for (;;) ::pause();
    }
    // The child may not have opened it yet: its first check is asked for until it shows.
    device::WaitResult busy;
    do {
        busy = wait_for(disk.path(), {.check_device_max_retries = 1});
    } while (busy.report.state == State::free);
    BOOST_TEST(busy.report.state == State::busy);
    BOOST_TEST(busy.report.holders.at(0).pid == holder);

    const auto after = wait_for(
        disk.path(), {.check_device_interval = 50ms, .on_check = [&](const device::Check& check) {
                          if (check.number != 2) return;
                          ::kill(holder, SIGKILL);
                          ::waitpid(holder, nullptr, 0);
                      }});
    BOOST_TEST(after.report.state == State::free);
    BOOST_TEST(after.checks == 3U);
}

BOOST_AUTO_TEST_SUITE_END()
