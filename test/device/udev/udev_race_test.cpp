// What happens to the disk while it is being settled.
#include <fcntl.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <optional>

#include "device/udev/odd_server.hpp"
#include "device/udev/udev_settle.hpp"
#include "support/descriptors.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
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

struct Racing {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch = {};
    std::filesystem::path node = scratch.file("node");
    asio::io_context context{};
    int wakes = 0;
    std::shared_ptr<detail::UdevSettle> settle = std::make_shared<detail::UdevSettle>(
        context.get_executor(), [this] { ++wakes; },
        detail::UdevPlaces{.run = scratch.path(), .proc = "/proc"});

    ~Racing() {
        settle->close();
        context.restart();
        context.run();
    }

    UdevState ask(std::chrono::milliseconds patience) {
        std::optional<UdevState> state;
        const detail::UdevDisk disk{
            .path = null_device.native(), .node = node, .nodes = {node}, .takes_events = true};
        asio::co_spawn(context, settle->settle(disk, patience, false),
                       [&](const std::exception_ptr& error, UdevState found) {
                           BOOST_TEST(!error);
                           state = found;
                       });
        context.restart();
        while (!state) context.run_one();
        return *state;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_race, Racing)

/// udevd has found nothing to read, and answers; the event comes before the answer is read.
BOOST_AUTO_TEST_CASE(an_event_that_comes_beside_the_answer_is_not_forgotten) {
    if (::access("/run/udev/control", F_OK) == 0 || !send_kernel_event()) {
        BOOST_TEST_MESSAGE("skipped: needs root, and no udevd");
        return;
    }
    const test::OddServer udevd(scratch.path() / "control", SOCK_SEQPACKET,
                                [](int client, int number) {
                                    test::read_from(client);
                                    test::read_from(client);
                                    if (number == 0) send_kernel_event();
                                });
    (void)ask(1h);
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    settle->go_on();
    context.restart();
    while (wakes == 0) context.run_one();
    BOOST_TEST((settle->state(1h) == UdevState::settled));  // the next ping proves that it is read
    BOOST_TEST(udevd.clients() == 2);
}

/// Where no ping is answered, only time lets udevd read what was closed.
BOOST_AUTO_TEST_CASE(a_stranger_gives_udevd_time_to_read_each_closing) {
    const test::OddServer udevd(scratch.path() / "control", SOCK_SEQPACKET,
                                [](int client, int) { test::leave_unread(client); });
    const auto queue = scratch.file("queue");
    BOOST_TEST((ask(50ms) == UdevState::pending));
    const auto closed = Clock::now();
    ::close(::open(node.c_str(), O_WRONLY | O_CLOEXEC));
    std::filesystem::remove(queue);
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST((Clock::now() - closed >= detail::reading_time));
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_pinged_is_unknown_after_a_time) {
    const Descriptor odd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    test::bind_to(odd.get(), scratch.path() / "control");
    BOOST_TEST((ask(30ms) == UdevState::pending));
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    BOOST_TEST((settle->state(1ms) == UdevState::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
