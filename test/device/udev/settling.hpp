#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "device/udev/udev_settle.hpp"
#include "support/descriptors.hpp"
#include "support/scratch.hpp"

namespace test {

namespace asio = boost::asio;
using loopingcall::device::detail::UdevDisk;
using loopingcall::device::detail::UdevPlaces;
using loopingcall::device::detail::UdevSettle;
using loopingcall::device::detail::UdevSharer;
using loopingcall::device::detail::UdevState;

/// Settles a disk that is a file, beside whatever listens in `run`.
struct Settling {
    NothingLeftBehind nothing_left_behind;
    Scratch scratch = {};
    std::filesystem::path run = scratch.path() / "run";
    std::filesystem::path node = scratch.file("node");
    std::filesystem::path uevent = scratch.file("uevent");
    std::filesystem::path queue = run / "queue";
    asio::io_context context{};
    int wakes = 0;
    std::shared_ptr<UdevSettle> settle;
    std::shared_ptr<UdevSharer> sharer =
        std::make_shared<UdevSharer>(UdevSharer{.wake = [this] { ++wakes; }});
    UdevDisk disk{.path = "/devices/none",
                  .node = node,
                  .nodes = {node},
                  .has_nodes_of_udevd = true,
                  .uevent_file = uevent,
                  .takes_events = true};

    Settling() {
        std::filesystem::create_directory(run);
        settle = std::make_shared<UdevSettle>(context.get_executor(),
                                              UdevPlaces{.run = run, .proc = "/proc"});
    }
    ~Settling() {
        settle->close();
        context.restart();
        context.run();  // and nothing is pending any more
    }

    UdevState ask(std::chrono::milliseconds patience, bool may_ask = false) {
        return ask({.patience = patience, .may_ask = may_ask});
    }

    UdevState ask(UdevSettle::Wanted wanted) { return ask_for(sharer, wanted); }

    UdevState ask_for(const std::shared_ptr<UdevSharer>& one, UdevSettle::Wanted wanted) {
        std::optional<UdevState> state;
        asio::co_spawn(context, settle->settle(one, disk, wanted),
                       [&](const std::exception_ptr& error, UdevState found) {
                           BOOST_TEST(!error);
                           state = found;
                       });
        context.restart();
        while (!state) context.run_one();
        return *state;
    }

    void go_on() { settle->go_on(*sharer); }

    /// So that an ordinary user may use what is here.
    void open_to_all() const {
        using std::filesystem::perms;
        std::filesystem::permissions(scratch.path(), perms{0755});
        std::filesystem::permissions(run, perms{0777});
        for (const auto& file : {node, uevent}) std::filesystem::permissions(file, perms{0666});
    }

    void make_queue() const { (void)scratch.file("run/queue"); }

    void run_until_woken() {
        context.restart();
        while (wakes == 0) context.run_one();
    }

    /// The UUID of the event that was asked for, once it is.
    std::string asked() {
        context.restart();
        const std::string word = "change ";
        std::string text;
        while (text.size() < word.size() + 36) {
            context.run_one_for(std::chrono::milliseconds{1});
            context.restart();
            text = read_file(uevent);
        }
        BOOST_TEST(text.starts_with(word));
        return text.substr(word.size());
    }

    void close_as_writer() const { ::close(::open(node.c_str(), O_WRONLY | O_CLOEXEC)); }
};

}  // namespace test
