#include "device/check/early_wake.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "device/proc/process_info.hpp"
#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::detail::EarlyWake;

namespace {

struct Watching {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch = {};
    std::filesystem::path file = scratch.file("disk");
    asio::io_context context{};
    int wakes = 0;
    std::shared_ptr<EarlyWake> wake = std::make_shared<EarlyWake>(
        context.get_executor(), [this](device::detail::WakeKind) { ++wakes; });

    ~Watching() {
        wake->close();
        context.restart();
        context.run();  // and nothing is pending any more
    }

    /// Lets the event loop go on until there was a wake.
    void run_until_woken() {
        while (wakes == 0) context.run_one_for(10ms);
    }

    void watch(const std::filesystem::path& device, std::vector<std::filesystem::path> nodes,
               bool openings) {
        bool done = false;
        context.restart();
        asio::co_spawn(context, wake->watch_nodes(device, std::move(nodes), openings, 1min),
                       [&](const std::exception_ptr& error) {
                           BOOST_TEST(!error);
                           done = true;
                       });
        while (!done) context.run_one();
    }

    void open_and_close() const { test::read_file(file); }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(early_wake, Watching)

BOOST_AUTO_TEST_CASE(a_node_that_is_closed_wakes) {
    watch(file, {file}, false);
    context.poll();
    BOOST_TEST(wakes == 0);
    open_and_close();
    run_until_woken();
}

BOOST_AUTO_TEST_CASE(an_opening_does_not_wake_but_is_reported_if_asked_for) {
    for (const bool asked_for : {false, true}) {
        watch(file, {file}, asked_for);
        const int opened = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        wake->read_now();
        BOOST_TEST(wakes == 0);
        BOOST_TEST(wake->last_opening().has_value() == asked_for);
        ::close(opened);
        wake->read_now();
        BOOST_TEST(std::exchange(wakes, 0) == 1);
        BOOST_TEST(wake->last_opening().has_value());
    }
}

BOOST_AUTO_TEST_CASE(an_opening_of_our_own_causes_no_event_and_hides_no_other) {
    watch(file, {file}, true);
    const auto open_it_ourselves = [&] {
        const device::detail::OwnOpening own(file);
        open_and_close();
    };
    for (int i = 0; i < 3; ++i) open_it_ourselves();
    wake->read_now();
    BOOST_TEST(wakes == 0);
    BOOST_TEST(!wake->last_opening());
    open_it_ourselves();
    open_and_close();  // as another process does
    wake->read_now();
    BOOST_TEST(wakes == 1);
    BOOST_TEST(wake->last_opening().has_value());
}

BOOST_AUTO_TEST_CASE(a_refused_opening_of_our_own_hides_no_later_event) {
    watch(file, {file}, true);
    {
        device::detail::OwnOpening own(file);
        own.refused();
    }
    open_and_close();
    wake->read_now();
    BOOST_TEST(wakes == 1);
}

BOOST_AUTO_TEST_CASE(lost_events_count_as_an_opening) {
    const auto limit = test::read_file("/proc/sys/fs/inotify/max_queued_events");
    const auto other = scratch.file("other");  // equal events that follow each other are merged
    watch(file, {file, other}, true);
    for (int i = std::stoi(limit) / 2; i >= 0; --i) {
        for (const auto& node : {file, other}) {
            std::filesystem::permissions(node, std::filesystem::perms::owner_read);
        }
    }
    wake->read_now();
    BOOST_TEST(wakes == 1);
    BOOST_TEST(wake->last_opening().has_value());
}

BOOST_AUTO_TEST_CASE(a_node_that_was_made_again_is_watched_in_place_of_the_old_one) {
    watch(file, {file}, false);
    std::filesystem::remove(file);
    scratch.file("disk");
    wake->read_now();
    BOOST_TEST(std::exchange(wakes, 0) == 1);
    watch(file, {file}, false);
    open_and_close();
    wake->read_now();
    BOOST_TEST(wakes == 1);
}

BOOST_AUTO_TEST_CASE(a_node_behind_symbolic_links_wakes_when_it_comes_back) {
    const auto link = scratch.path() / "link";
    std::filesystem::create_directory(scratch.path() / "dev");
    std::filesystem::create_symlink("dev/disk", link);
    watch(link, {}, false);
    scratch.file("dev/disk");
    wake->read_now();
    BOOST_TEST(std::exchange(wakes, 0) == 1);
    std::filesystem::remove(link);
    wake->read_now();
    BOOST_TEST(wakes == 1);
}

BOOST_AUTO_TEST_CASE(a_directory_that_goes_with_the_name_and_comes_back_wakes_both_times) {
    const auto name = scratch.path() / "by-id" / "disk";
    std::filesystem::create_directory(name.parent_path());
    watch(name, {}, false);
    std::filesystem::remove(name.parent_path());
    wake->read_now();
    BOOST_TEST(std::exchange(wakes, 0) == 1);
    watch(name, {}, false);
    std::filesystem::create_directory(name.parent_path());
    wake->read_now();
    BOOST_TEST(wakes == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_removed_and_made_again_wakes_and_its_neighbours_do_not) {
    watch(file, {file}, false);
    scratch.file("neighbour");
    context.poll();
    BOOST_TEST(wakes == 0);
    std::filesystem::remove(file);
    run_until_woken();
    context.poll();
    wakes = 0;
    scratch.file("disk");
    run_until_woken();
}

BOOST_AUTO_TEST_CASE(a_directory_that_is_to_come_is_watched_for) {
    const auto late = scratch.path() / "by-id" / "disk";
    watch(late, {}, false);
    std::filesystem::create_directory(late.parent_path());
    run_until_woken();
    wakes = 0;
    watch(late, {}, false);
    scratch.file("by-id/disk");
    run_until_woken();
}

BOOST_AUTO_TEST_CASE(a_mount_wakes_only_those_for_whom_the_tables_matter) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root can mount");
        return;
    }
    wake->watch_tables();
    BOOST_REQUIRE(::mount("none", scratch.path().c_str(), "tmpfs", 0, nullptr) == 0);
    context.run_one();
    BOOST_TEST(wakes == 0);
    wake->heed_tables(true);  // what came between looking and concluding is not lost
    BOOST_TEST(wakes == 1);
    wakes = 0;
    BOOST_REQUIRE(::umount(scratch.path().c_str()) == 0);
    run_until_woken();
}

BOOST_AUTO_TEST_CASE(a_holder_that_ends_wakes) {
    test::Child child([] { return true; });
    device::Holder holder{.pid = child.pid()};
    device::detail::identify(holder);
    wake->watch_holders({holder});
    context.poll();
    BOOST_TEST(wakes == 0);
    child.let_go();
    run_until_woken();
}

BOOST_AUTO_TEST_CASE(a_holder_that_has_ended_or_is_another_by_now_wakes_at_once) {
    const test::Child child([] { return true; });
    device::Holder stranger{.pid = child.pid()};
    device::detail::identify(stranger);
    BOOST_TEST(stranger.start_time != 0U);
    ++stranger.start_time;
    wake->watch_holders({stranger});
    BOOST_TEST(wakes == 1);
}

BOOST_AUTO_TEST_CASE(no_more_than_64_holders_are_watched) {
    const test::Child child([] { return true; });
    device::Holder holder{.pid = child.pid()};
    device::detail::identify(holder);
    const std::size_t before = test::holdings().descriptors;
    wake->watch_holders(std::vector<device::Holder>(200, holder));
    BOOST_TEST(test::holdings().descriptors == before + 64);
}

BOOST_AUTO_TEST_CASE(a_refused_kernel_facility_is_named_and_causes_no_wake) {
    const test::Child child([] { return true; });
    device::Holder holder{.pid = child.pid()};
    device::detail::identify(holder);
    struct rlimit before {};
    ::getrlimit(RLIMIT_NOFILE, &before);
    const struct rlimit none { 0, before.rlim_max };
    ::setrlimit(RLIMIT_NOFILE, &none);
    wake->watch_tables();
    watch(file, {file}, false);
    wake->watch_holders({holder});
    ::setrlimit(RLIMIT_NOFILE, &before);
    BOOST_TEST(wake->refusal() == "/proc/self/mountinfo: Too many open files");
    context.poll();
    BOOST_TEST(wakes == 0);
}

BOOST_AUTO_TEST_SUITE_END()
