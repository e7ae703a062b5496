// Settling beside something that behaves as udevd does, at another place.
#include "device/udev/udev_settle.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <thread>

#include "device/udev/fake_udevd.hpp"
#include "device/udev/settling.hpp"
#include "device/udev/udev_monitor.hpp"
#include "support/forked.hpp"
#include "support/refused_call.hpp"
#include "support/udev_message.hpp"

using namespace std::chrono_literals;
using namespace std::string_literals;
namespace asio = boost::asio;
namespace detail = loopingcall::device::detail;
using detail::UdevState;
using loopingcall::process::detail::Descriptor;

namespace {

/// What libudev's listeners receive, as if udevd had sent it.
bool send_to_listeners(const std::string& message, unsigned port = 0) {
    const Descriptor sender(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_pid = port;
    address.nl_groups = port == 0 ? 2 : 0;
    return ::sendto(sender.get(), message.data(), message.size(), 0,
                    reinterpret_cast<const sockaddr*>(&address), sizeof address) > 0;
}

std::string echo_of(const std::string& uuid) {
    return test::udev_message("DEVPATH=/devices/none\0SEQNUM=9\0SYNTH_UUID="s + uuid + '\0');
}

bool is_root() {
    if (::geteuid() == 0) return true;
    BOOST_TEST_MESSAGE("skipped: needs root");
    return false;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_settle, test::Settling)

BOOST_AUTO_TEST_CASE(without_udevd_nothing_is_waited_for) {
    make_queue();  // of one that is gone
    BOOST_TEST((ask(1h) == UdevState::absent));
}

BOOST_AUTO_TEST_CASE(a_socket_and_a_queue_that_a_dead_udevd_left_are_not_waited_for) {
    { const test::FakeUdevd gone(run, test::Manner::answers); }
    BOOST_TEST(std::filesystem::exists(run / "control"));
    make_queue();
    BOOST_TEST((ask(1h) == UdevState::absent));
}

BOOST_AUTO_TEST_CASE(an_answered_ping_and_no_queue_is_settled) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST(udevd.pings() == 1);  // nothing was heard since
    close_as_writer();
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST(udevd.pings() == 2);
}

BOOST_AUTO_TEST_CASE(a_ping_by_varlink_is_answered_as_well) {
    const test::FakeUdevd udevd(run, test::Manner::speaks_varlink);
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST(udevd.pings() == 1);
}

BOOST_AUTO_TEST_CASE(a_queue_is_waited_for_until_it_is_removed) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    make_queue();
    BOOST_TEST((ask(1ms) == UdevState::pending));
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    std::filesystem::remove(queue);
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST(wakes <= 1);  // the removal may be read before the wait begins
}

BOOST_AUTO_TEST_CASE(the_end_of_a_queue_without_a_waiter_wakes_and_counts_until_something_happens) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    make_queue();
    BOOST_TEST((ask(1ms) == UdevState::pending));
    while (udevd.pings() == 0) context.run_one_for(1ms);
    std::filesystem::remove(queue);
    run_until_woken();
    make_queue();  // others have events now
    BOOST_TEST((ask(0ms) == UdevState::settled));
    BOOST_TEST((ask(0ms) == UdevState::settled));
    close_as_writer();
    BOOST_TEST((ask(1ms) == UdevState::pending));
}

/// An empty queue proves nothing: udevd may be stopped, and the closing of a disk unread.
BOOST_AUTO_TEST_CASE(a_stranger_cannot_prove_that_a_disk_has_settled) {
    if (!is_root()) return;
    open_to_all();
    const test::FakeUdevd udevd(run, test::Manner::closes_unread);
    enum Outcome { passed, proven, not_pending, proven_later };
    const int outcome = test::in_forked_child([&]() -> int {
        context.notify_fork(boost::asio::execution_context::fork_child);
        test::become_nobody();
        if (ask(1h) != UdevState::unproven || settle->state(1h) != UdevState::unproven) {
            return proven;
        }
        make_queue();
        if (ask(50ms) != UdevState::pending) return not_pending;
        std::filesystem::remove(queue);
        return ask(1h) == UdevState::unproven ? passed : proven_later;
    });
    BOOST_TEST(outcome == passed);
}

/// udevd never refuses root: it is being restarted.
BOOST_AUTO_TEST_CASE(a_udevd_that_resets_each_connection_of_root_does_not_answer) {
    if (!is_root()) return;
    const test::FakeUdevd udevd(run, test::Manner::closes_unread);
    BOOST_TEST((ask(100ms) == UdevState::pending));
    BOOST_TEST((settle->state(1ms) == UdevState::unknown));
}

BOOST_AUTO_TEST_CASE(nothing_is_asked_for_before_a_ping_has_ended) {
    const test::FakeUdevd udevd(run, test::Manner::is_silent);
    make_queue();
    BOOST_TEST((ask(300ms, true) == UdevState::pending));
    BOOST_TEST(test::read_file(uevent).empty());
    BOOST_TEST(settle->is_unanswered());
}

/// A closing that cannot be heard is none that has not happened.
BOOST_AUTO_TEST_CASE(what_may_happen_unheard_is_known) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    const auto partition = scratch.file("partition");
    const auto missing = scratch.path() / "missing";
    struct Row {
        const char* name;
        std::vector<std::filesystem::path> nodes;
        bool of_udevd;
        bool hears_all;
    };
    const Row rows[] = {{"all is watched", {node, partition}, true, true},
                        {"the disk cannot be watched", {missing, partition}, true, false},
                        {"a partition cannot be watched", {node, missing}, true, false},
                        {"the nodes are others than udevd's", {node, partition}, false, false},
                        {"all is watched again", {node, partition}, true, true}};
    int pings = 0;
    for (const Row& row : rows) {
        disk.nodes = row.nodes;
        disk.has_nodes_of_udevd = row.of_udevd;
        BOOST_TEST((ask(1h) == UdevState::settled), row.name);
        BOOST_TEST(settle->heard().hears_all() == row.hears_all, row.name);
        BOOST_TEST((ask(1h) == UdevState::settled), row.name);
        pings += row.hears_all ? 1 : 2;
        BOOST_TEST(udevd.pings() == pings, row.name);
    }
    std::filesystem::remove(node);
    (void)settle->state(1h);
    BOOST_TEST(!settle->heard().hears_all());
}

BOOST_AUTO_TEST_CASE(without_an_inotify_instance_closings_may_happen_unheard) {
    const int outcome = test::in_forked_child([&]() -> int {
        context.notify_fork(boost::asio::execution_context::fork_child);
        const test::FakeUdevd udevd(run, test::Manner::answers);
        if (!test::refuse_system_call(SYS_inotify_init1, EMFILE)) return 2;
        if (ask(1h) != UdevState::settled) return 3;
        return settle->heard().hears_all() ? 1 : 0;
    });
    BOOST_TEST((outcome == 0 || outcome == 2), outcome);
}

/// A question of one sharer takes nothing back from another.
BOOST_AUTO_TEST_CASE(sharers_of_a_disk_settle_together) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    make_queue();
    int wakes_of_other = 0;
    const auto other =
        std::make_shared<test::UdevSharer>(test::UdevSharer{.wake = [&] { ++wakes_of_other; }});
    BOOST_TEST((ask(1ms) == UdevState::pending));
    BOOST_TEST((ask_for(other, {.patience = 1ms}) == UdevState::pending));
    while (udevd.pings() == 0) context.run_one_for(1ms);
    std::filesystem::remove(queue);
    run_until_woken();
    BOOST_TEST(wakes == 1);
    BOOST_TEST(wakes_of_other == 1);
    make_queue();  // of other disks
    BOOST_TEST((ask(0ms) == UdevState::settled));
    BOOST_TEST((ask_for(other, {}) == UdevState::settled));
    BOOST_TEST(udevd.pings() == 1);
    BOOST_TEST((ask({.patience = 1ms, .anew = true}) == UdevState::pending));
    BOOST_TEST((settle->state(1h) == UdevState::settled));  // still, for the other one
    settle->leave(sharer);
    BOOST_TEST(!settle->is_closed());
    std::filesystem::remove(queue);
    BOOST_TEST((ask_for(other, {.patience = 1h}) == UdevState::settled));
    settle->leave(other);
    BOOST_TEST(settle->is_closed());
}

BOOST_AUTO_TEST_CASE(a_udevd_that_does_not_answer_is_unknown_after_a_time) {
    const test::FakeUdevd udevd(run, test::Manner::is_silent);
    BOOST_TEST((ask(30ms) == UdevState::pending));
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    BOOST_TEST((settle->state(1ms) == UdevState::unknown));
}

BOOST_AUTO_TEST_CASE(a_writer_that_closes_the_disk_ends_the_settled_state) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    BOOST_TEST((ask(1h) == UdevState::settled));
    BOOST_TEST((settle->state(1h) == UdevState::settled));
    close_as_writer();
    BOOST_TEST((settle->state(1h) == UdevState::pending));
    go_on();
    run_until_woken();
    BOOST_TEST((settle->state(1h) == UdevState::settled));
    BOOST_TEST(udevd.pings() == 2);
}

BOOST_AUTO_TEST_CASE(the_echo_of_an_event_of_the_disk_decides_while_others_keep_the_queue) {
    if (!is_root()) return;
    const test::FakeUdevd udevd(run, test::Manner::answers);
    make_queue();
    BOOST_TEST((ask(250ms) == UdevState::pending));
    BOOST_TEST(test::read_file(uevent).empty());  // others may use it: not asked for
    BOOST_TEST((ask(1ms, true) == UdevState::pending));
    const std::string uuid = asked();
    BOOST_TEST(send_to_listeners(echo_of("another")));
    BOOST_TEST((ask(20ms, true) == UdevState::pending));
    BOOST_TEST(send_to_listeners(echo_of(uuid)));
    BOOST_TEST((ask(1h, true) == UdevState::settled));
    BOOST_TEST(std::filesystem::exists(queue));
}

/// Each of a slow udevd's echoes takes longer than a second, after which udevd is pinged again.
BOOST_AUTO_TEST_CASE(slow_echoes_count_where_no_ping_is_answered) {
    if (!is_root()) return;
    const test::FakeUdevd udevd(run, test::Manner::closes_unread);
    make_queue();
    BOOST_TEST((ask(1100ms, true) == UdevState::pending));
    const std::string first = asked();
    BOOST_TEST(send_to_listeners(echo_of(first)));
    BOOST_TEST((ask(1100ms, true) == UdevState::pending));  // one is not enough
    std::string second = asked();
    while (second == first) second = asked();
    BOOST_TEST(send_to_listeners(echo_of(second)));
    BOOST_TEST((ask(1s, true) == UdevState::settled));
    BOOST_TEST(std::filesystem::exists(queue));
}

BOOST_AUTO_TEST_CASE(where_no_event_can_be_asked_for_the_queue_decides) {
    const test::FakeUdevd udevd(run, test::Manner::answers);
    std::filesystem::remove(uevent);
    make_queue();
    BOOST_TEST((ask(250ms, true) == UdevState::pending));
    std::filesystem::remove(queue);
    BOOST_TEST((ask(1h, true) == UdevState::settled));
}

/// In a network namespace of its own, where no other listener is flooded.
BOOST_AUTO_TEST_CASE(events_that_the_kernel_had_no_room_for_end_the_settled_state) {
    if (!is_root()) return;
    enum Outcome { passed, no_namespace, not_settled, forgotten, not_again, not_woken };
    const int outcome = test::in_forked_child([&]() -> int {
        context.notify_fork(boost::asio::execution_context::fork_child);
        if (::unshare(CLONE_NEWNET) != 0) return no_namespace;
        const test::FakeUdevd udevd(run, test::Manner::answers);
        if (ask(1h) != UdevState::settled || settle->state(1h) != UdevState::settled) {
            return not_settled;
        }
        const Descriptor sender(
            ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
        const std::string message =
            test::udev_message("DEVPATH=/devices/another\0FILL="s + std::string(8000, 'x') + '\0');
        sockaddr_nl address{};
        address.nl_family = AF_NETLINK;
        address.nl_groups = 2;
        for (int i = 0; i < 20'000; ++i) {
            (void)::sendto(sender.get(), message.data(), message.size(), 0,
                           reinterpret_cast<const sockaddr*>(&address), sizeof address);
        }
        if (settle->state(1h) != UdevState::pending) return forgotten;
        go_on();
        run_until_woken();
        if (settle->state(1h) != UdevState::settled) return not_again;
        return udevd.pings() == 2 ? passed : not_woken;
    });
    BOOST_TEST((outcome == passed || outcome == no_namespace), outcome);
}

BOOST_AUTO_TEST_CASE(a_message_to_the_socket_alone_does_not_count) {
    if (!is_root()) return;
    const Descriptor monitor = detail::open_udev_monitor();
    BOOST_REQUIRE(monitor.is_open());
    sockaddr_nl own{};
    socklen_t size = sizeof own;
    BOOST_REQUIRE(::getsockname(monitor.get(), reinterpret_cast<sockaddr*>(&own), &size) == 0);
    const std::string message = test::udev_message("DEVPATH=/devices/none/spoof\0SEQNUM=1\0"s);
    BOOST_REQUIRE(send_to_listeners(message, own.nl_pid));
    const auto is_it = [](const detail::UdevEvent& event) {
        return event.path == "/devices/none/spoof";
    };
    const auto alone = detail::read_udev_events(monitor.get()).events;
    BOOST_TEST(std::none_of(alone.begin(), alone.end(), is_it));
    BOOST_REQUIRE(send_to_listeners(message));
    const auto all = detail::read_udev_events(monitor.get()).events;
    BOOST_TEST(std::any_of(all.begin(), all.end(), is_it));
}

BOOST_AUTO_TEST_SUITE_END()
