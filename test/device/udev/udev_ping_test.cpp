// Pings of what listens in udevd's place, and does not behave as udevd does.
#include "device/udev/udev_ping.hpp"

#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "device/udev/fake_udevd.hpp"
#include "device/udev/odd_server.hpp"
#include "support/descriptors.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace detail = loopingcall::device::detail;
using detail::Ping;
using test::leave_unread;
using test::OddServer;
using test::read_from;
using test::reply;

namespace {

struct Pinging {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch = {};
    asio::io_context context{};
    std::filesystem::path control = scratch.path() / "control";

    Ping ping() {
        std::optional<Ping> found;
        asio::posix::stream_descriptor connection(context);
        asio::co_spawn(context,
                       detail::ping_udevd({.run = scratch.path(), .proc = "/proc"}, connection),
                       [&](const std::exception_ptr& error, Ping answer) {
                           BOOST_TEST(!error);
                           found = answer;
                       });
        context.restart();
        context.run();
        return found.value();
    }

    /// By a user who must not connect, after `prepare`.
    int ping_as_nobody(const std::function<int()>& prepare = [] { return 0; }) {
        return test::in_forked_child([&]() -> int {
            context.notify_fork(asio::execution_context::fork_child);
            if (const int failed = prepare(); failed != 0) return failed;
            test::become_nobody();
            return static_cast<int>(ping());
        });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(udev_ping, Pinging)

/// Nothing is proven by a udevd that ends before it has answered.
BOOST_AUTO_TEST_CASE(by_varlink_a_hang_up_without_a_reply_does_not_answer) {
    for (const auto& serve : {read_from, leave_unread}) {
        const OddServer server(control, SOCK_STREAM, [&](int client, int) { serve(client); });
        const Ping expected = ::geteuid() == 0 ? Ping::no_answer : Ping::not_allowed;
        BOOST_TEST((ping() == expected));
        std::filesystem::remove(control);
    }
}

BOOST_AUTO_TEST_CASE(by_varlink_an_error_does_not_answer) {
    const OddServer server(control, SOCK_STREAM, [](int client, int) {
        const std::string error = R"({"error":"org.varlink.service.MethodNotFound"})";
        read_from(client);
        (void)::send(client, error.c_str(), error.size() + 1, MSG_NOSIGNAL);
        read_from(client);
    });
    BOOST_TEST((ping() == Ping::no_answer));
}

/// A udevd that is restarted resets its connections; the next one is asked.
BOOST_AUTO_TEST_CASE(a_udevd_that_is_restarted_is_pinged_again) {
    const OddServer varlink(control, SOCK_STREAM, [](int client, int number) {
        if (number == 0) return leave_unread(client);
        read_from(client);
        reply(client);
        read_from(client);
    });
    BOOST_TEST((ping() == Ping::answered));
    BOOST_TEST(varlink.clients() == 2);
    std::filesystem::remove(control);
    const OddServer messages(control, SOCK_SEQPACKET, [](int client, int number) {
        if (number == 0) return leave_unread(client);
        read_from(client);
        read_from(client);
    });
    BOOST_TEST((ping() == Ping::answered));
    BOOST_TEST(messages.clients() == 2);
}

BOOST_AUTO_TEST_CASE(a_user_who_must_not_connect_finds_each_udevd) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: needs root");
        return;
    }
    std::filesystem::permissions(scratch.path(), std::filesystem::perms{0755});
    for (const test::Manner manner : {test::Manner::answers, test::Manner::speaks_varlink}) {
        const test::FakeUdevd udevd(scratch.path(), manner);
        BOOST_TEST(ping_as_nobody() == static_cast<int>(Ping::not_allowed));
        std::filesystem::remove(control);
    }
}

/// The table of sockets shows those of one network namespace; the socket is reached from each.
BOOST_AUTO_TEST_CASE(a_user_in_a_network_namespace_of_its_own_finds_udevd) {
    const OddServer server(control, SOCK_SEQPACKET, [](int, int) {});
    const bool is_of_first =
        test::read_file("/proc/1/net/unix").find(control.native()) != std::string::npos;
    if (::geteuid() != 0 || !is_of_first) {
        BOOST_TEST_MESSAGE("skipped: needs root in the network namespace of process 1");
        return;
    }
    std::filesystem::permissions(scratch.path(), std::filesystem::perms{0755});
    constexpr int no_namespace = 99;
    const int ended =
        ping_as_nobody([] { return ::unshare(CLONE_NEWNET) == 0 ? 0 : no_namespace; });
    BOOST_TEST((ended == static_cast<int>(Ping::not_allowed) || ended == no_namespace), ended);
}

BOOST_AUTO_TEST_SUITE_END()
