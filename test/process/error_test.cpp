#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <loopingcall/process/error.hpp>
#include <set>

#include "run.hpp"
#include "support/scratch.hpp"

namespace process = loopingcall::process;
using process::errc;

BOOST_FIXTURE_TEST_SUITE(error, test::Children)

BOOST_AUTO_TEST_CASE(every_error_has_a_message_of_its_own_without_a_full_stop) {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(errc::status_unknown); ++value) {
        const boost::system::error_code code = static_cast<errc>(value);
        BOOST_TEST(!code.message().ends_with('.'));
        BOOST_TEST(code.message().find("unknown loopingcall") == std::string::npos);
        BOOST_TEST(messages.insert(code.message()).second);
    }
}

BOOST_AUTO_TEST_CASE(a_missing_program_is_named) {
    const auto in_path = run({.argv = {"no-such-program"}});
    BOOST_TEST((in_path.error == errc::not_found));
    BOOST_TEST(in_path.result.message ==
               "cannot start no-such-program: there is no no-such-program in PATH");
    BOOST_TEST(!in_path.result.status.known());

    const auto by_path = run({.argv = {"/no/such/program"}});
    BOOST_TEST((by_path.error == errc::not_found));
    BOOST_TEST(by_path.result.message.starts_with("cannot start /no/such/program: "));

    BOOST_TEST((run({.argv = {}}).error == errc::not_found));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_no_program_is_named) {
    const test::Scratch scratch;
    const auto plain = scratch.file("plain", "text");
    BOOST_TEST((run({.argv = {plain.string()}}).error == errc::not_executable));
    std::filesystem::permissions(plain, std::filesystem::perms::owner_all);
    BOOST_TEST((run({.argv = {plain.string()}}).error == errc::not_executable));
    BOOST_TEST((run({.argv = {scratch.path().string()}}).error == errc::not_executable));
}

BOOST_AUTO_TEST_CASE(a_working_directory_that_is_not_there_is_named) {
    const auto ran = run({.argv = {"/bin/true"}, .working_directory = "/no/such/directory"});
    BOOST_TEST((ran.error == errc::bad_working_directory));
    BOOST_TEST(ran.result.message.find("/no/such/directory") != std::string::npos);
}

// Walks the limit of open descriptors down, so that each one the launch needs is the one refused.
BOOST_AUTO_TEST_CASE(without_descriptors_the_launch_fails_cleanly_or_does_without) {
    struct rlimit before {};
    ::getrlimit(RLIMIT_NOFILE, &before);
    int refused = 0;
    int succeeded = 0;
    rlim_t highest = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        highest = std::max<rlim_t>(highest, std::stoul(entry.path().filename().string()));
    }
    for (rlim_t limit = highest + 30; limit > 3; --limit) {
        boost::asio::io_context context;
        test::Ran ran;
        process::async_execute(context.get_executor(), {.argv = {"/bin/true"}}, {},
                               [&](boost::system::error_code error, process::ExecuteResult result) {
                                   ran = {error, std::move(result), ran.times + 1};
                               });
        const struct rlimit low { limit, before.rlim_max };
        ::setrlimit(RLIMIT_NOFILE, &low);
        context.run();
        ::setrlimit(RLIMIT_NOFILE, &before);
        BOOST_TEST(ran.times == 1);
        if (ran.error) {
            BOOST_TEST((ran.error == errc::out_of_descriptors));
            ++refused;
        } else {
            BOOST_TEST(ran.result.status.exited(0));
            ++succeeded;
        }
    }
    BOOST_TEST(refused > 4);  // both pipes need two each
    BOOST_TEST(succeeded > 0);
}

BOOST_AUTO_TEST_CASE(a_child_that_somebody_else_reaped_has_no_invented_status) {
    const auto previous = std::signal(SIGCHLD, SIG_IGN);  // the kernel reaps
    const auto ran = run({.argv = {"/bin/false"}});
    std::signal(SIGCHLD, previous);
    BOOST_TEST((ran.error == errc::status_unknown));
    BOOST_TEST(!ran.result.status.known());
}

BOOST_AUTO_TEST_SUITE_END()
