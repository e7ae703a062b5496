// What happens to the disk while it is being settled.
#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>

#include "device/udev/odd_server.hpp"
#include "device/udev/settling.hpp"
#include "support/forked.hpp"

using namespace std::chrono_literals;
namespace detail = loopingcall::device::detail;
using detail::UdevState;
using loopingcall::process::detail::Descriptor;

namespace {

using Clock = std::chrono::steady_clock;

/// A device of the kernel that has an `uevent` file, and no driver that minds.
const std::filesystem::path null_device = "/devices/virtual/mem/null";

bool send_kernel_event() {
    const std::string file = "/sys" + null_device.native() + "/uevent";
    const Descriptor uevent(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    return uevent.is_open() && ::write(uevent.get(), "change", 6) == 6;
}

struct Racing : test::Settling {
    Racing() { disk.path = null_device.native(); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_race, Racing)

/// udevd has found nothing to read, and answers; the event comes before the answer is read.
BOOST_AUTO_TEST_CASE(an_event_that_comes_beside_the_answer_is_not_forgotten) {
    if (::access("/run/udev/control", F_OK) == 0 || !send_kernel_event()) {
        BOOST_TEST_MESSAGE("skipped: needs root, and no udevd");
        return;
    }
    const test::OddServer udevd(run / "control", SOCK_SEQPACKET, [](int client, int number) {
        test::read_from(client);
        test::read_from(client);
        if (number == 0) send_kernel_event();
    });
    (void)ask(1h);
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    go_on();
    run_until_woken();
    BOOST_TEST((settle->state(1h) == UdevState::settled));  // the next ping proves that it is read
    BOOST_TEST(udevd.clients() == 2);
}

/// It mostly reads one a moment later, and then its queue shows it.
BOOST_AUTO_TEST_CASE(a_stranger_gives_udevd_time_to_read_each_closing) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: needs root");
        return;
    }
    open_to_all();
    const test::OddServer udevd(run / "control", SOCK_SEQPACKET,
                                [](int client, int) { test::leave_unread(client); });
    const int outcome = test::in_forked_child([&]() -> int {
        context.notify_fork(boost::asio::execution_context::fork_child);
        test::become_nobody();
        make_queue();
        if (ask(50ms) != UdevState::pending) return 1;
        const auto closed = Clock::now();
        close_as_writer();
        std::filesystem::remove(queue);
        if (ask(1h) != UdevState::unproven) return 2;
        return Clock::now() - closed >= detail::reading_time ? 0 : 3;
    });
    BOOST_TEST(outcome == 0);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_pinged_is_unknown_after_a_time) {
    const Descriptor odd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    test::bind_to(odd.get(), run / "control");
    BOOST_TEST((ask(30ms) == UdevState::pending));
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    BOOST_TEST((settle->state(1ms) == UdevState::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
