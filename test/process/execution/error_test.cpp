#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <loopingcall/process/error.hpp>
#include <set>

#include "process/run.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

namespace process = loopingcall::process;
using process::errc;

BOOST_FIXTURE_TEST_SUITE(error, test::Children)

BOOST_AUTO_TEST_CASE(every_error_has_a_message_of_its_own_without_a_full_stop) {
    std::set<std::string> messages;
    for (int value = 1; value <= static_cast<int>(errc::input_too_long); ++value) {
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
    BOOST_TEST((in_path.error == boost::system::errc::no_such_file_or_directory));
}

BOOST_AUTO_TEST_CASE(a_file_that_is_not_a_program_is_named) {
    const test::Scratch scratch;
    const auto plain = scratch.file("plain", std::string("\x7f"
                                                         "ELF\0",
                                                         5));
    BOOST_TEST((run({.argv = {plain.string()}}).error == errc::not_executable));
    std::filesystem::permissions(plain, std::filesystem::perms::owner_all);
    BOOST_TEST((run({.argv = {plain.string()}}).error == errc::not_executable));
    BOOST_TEST((run({.argv = {scratch.path().string()}}).error == errc::not_executable));
}

BOOST_AUTO_TEST_CASE(a_name_in_path_that_is_not_a_program_is_not_reported_as_missing) {
    const test::Scratch scratch;
    scratch.file("plain", "text");
    const auto ran =
        run({.argv = {"plain"}, .environment = {{"PATH", scratch.path().string() + ":/bin"}}});
    BOOST_TEST((ran.error == errc::not_executable));
    BOOST_TEST(ran.result.message.find((scratch.path() / "plain").string()) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_script_without_its_interpreter_is_not_said_to_be_missing) {
    const test::Scratch scratch;
    const auto script = scratch.file("script", "#!/no/such/interpreter\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    const auto ran = run({.argv = {script.string()}});
    BOOST_TEST((ran.error == errc::not_executable));
    BOOST_TEST(ran.result.message.ends_with("its interpreter does not exist"));
}

BOOST_AUTO_TEST_CASE(a_text_that_would_be_cut_short_is_refused) {
    const std::string cut("a\0b", 3);
    const auto argument = run({.argv = {"/bin/echo", cut}});
    BOOST_TEST((argument.error == errc::cannot_start));
    BOOST_TEST(argument.result.message == "cannot start /bin/echo: 'a...' holds a NUL byte");
    BOOST_TEST(
        (run({.argv = {"/bin/echo"}, .environment = {{"A", cut}}}).error == errc::cannot_start));
    BOOST_TEST(
        (run({.argv = {"/bin/echo"}, .environment = {{"A=B", "c"}}}).error == errc::cannot_start));
}

BOOST_AUTO_TEST_CASE(arguments_too_long_for_the_system_are_named) {
    const auto ran = run({.argv = {"/bin/true", std::string(std::size_t{8} << 20U, 'x')}});
    BOOST_TEST((ran.error == errc::cannot_start));
    BOOST_TEST(ran.result.message == "cannot start /bin/true: /bin/true: Argument list too long");
}

BOOST_AUTO_TEST_CASE(the_refusals_of_the_system_are_distinct) {
    BOOST_TEST((process::from_errno(EMFILE) == errc::out_of_descriptors));
    BOOST_TEST((process::from_errno(ENFILE) == errc::out_of_descriptors));
    BOOST_TEST((process::from_errno(EAGAIN) == errc::out_of_processes));
    BOOST_TEST((process::from_errno(ENOMEM) == errc::out_of_memory));
    BOOST_TEST((process::from_errno(EIO) == errc::cannot_start));
}

// Root is above this limit.
BOOST_AUTO_TEST_CASE(without_processes_the_launch_fails_cleanly) {
    const int code = test::in_forked_child([] {
        test::become_nobody();
        const struct rlimit one { 1, 1 };
        ::setrlimit(RLIMIT_NPROC, &one);
        boost::asio::io_context context;
        bool right = false;
        process::async_execute(
            context.get_executor(), {.argv = {"/bin/true"}}, {},
            [&](boost::system::error_code error, const process::ExecuteResult& result) {
                right = error == errc::out_of_processes &&
                        result.message.starts_with("cannot start /bin/true: ");
            });
        context.run();
        return right ? 0 : 1;
    });
    BOOST_TEST(code == 0);
}

BOOST_AUTO_TEST_CASE(a_working_directory_that_is_not_there_is_named) {
    const auto ran = run({.argv = {"/bin/true"}, .working_directory = "/no/such/directory"});
    BOOST_TEST((ran.error == errc::bad_working_directory));
    BOOST_TEST(ran.result.message.find("/no/such/directory") != std::string::npos);
}

// Walks the limit of open descriptors down, so that each one the launch needs is the one refused.
BOOST_AUTO_TEST_CASE(without_descriptors_the_launch_fails_cleanly_or_falls_back) {
    const process::Command command{
        .argv = {"/bin/true"}, .working_directory = "/", .input = "that is never read"};
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
        process::async_execute(context.get_executor(), command, {},
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
            BOOST_TEST(ran.result.message.ends_with(": Too many open files"));
            ++refused;
        } else {
            BOOST_TEST(ran.result.status.exited(0));
            ++succeeded;
        }
    }
    BOOST_TEST(refused > 6);  // the input, both ends of two pipes, the directory
    BOOST_TEST(succeeded > 0);
}

BOOST_AUTO_TEST_SUITE_END()
