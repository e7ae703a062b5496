// Finding a program, entering its directory and reading it may fail, for good or for now, or hang.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <loopingcall/process/error.hpp>

#include "process/launch/launch_error.hpp"
#include "process/run.hpp"
#include "support/child.hpp"
#include "support/forked.hpp"
#include "support/hung_mount.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace process = loopingcall::process;
using process::errc;
using test::Running;

namespace {

struct Starts : test::Children {
    test::Scratch scratch = {};

    [[nodiscard]] fs::path executable(const std::string& name, const std::string& text) const {
        const auto path = scratch.file(name, text);
        fs::permissions(path, fs::perms::owner_all);
        return path;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(start, Starts)

BOOST_AUTO_TEST_CASE(a_step_that_the_system_refuses_says_nothing_of_the_program) {
    using loopingcall::process::detail::LaunchError;
    for (const int error : {ENOENT, ENOTDIR, EACCES, EPERM}) {
        BOOST_TEST((LaunchError(error, "open /dev/null").error() == errc::cannot_start));
    }
    BOOST_TEST((LaunchError(EMFILE, "pipe2").error() == errc::out_of_descriptors));
}

BOOST_AUTO_TEST_CASE(a_start_that_hangs_blocks_nothing_and_can_be_ended) {
    const auto point = scratch.path() / "hung";
    fs::create_directory(point);
    const test::HungMount mount(point);
    if (!mount.mounted()) {
        BOOST_TEST_MESSAGE("skipped: only root can mount a file system that hangs");
        return;
    }
    const std::string hung = point.string();
    const auto interpreted = executable("interpreted", "#!" + hung + "/interpreter\n");
    const process::Command commands[] = {
        {.argv = {"true"}, .environment = {{"PATH", hung + ":/bin"}}},
        {.argv = {hung + "/program"}},
        {.argv = {"true"}, .working_directory = point / "directory"},
        {.argv = {"./program"}, .working_directory = point},
        {.argv = {interpreted.string()}},
    };
    for (const auto& command : commands) {
        const auto ran = run(command, {.timeout = 100ms, .grace = 60s});
        BOOST_TEST((ran.error == errc::timed_out));
        BOOST_TEST((ran.result.status == process::WaitStatus::killed_by(SIGTERM)));

        Running running(command, {.grace = 60s});
        int ticks = 0;
        asio::steady_timer timer(running.context, 1ms);
        timer.async_wait([&](boost::system::error_code) { ++ticks; });
        running.run_until([&] { return ticks > 0; });
        BOOST_TEST(!running.completed());
        running.cancel();
        running.context.run();
        BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    }
}

BOOST_AUTO_TEST_CASE(a_text_without_an_interpreter_is_run_by_the_shell) {
    const auto script = executable("script", "echo \"$0 $1 $#\"\nexit 3\n");
    const auto by_path = run({.argv = {script.string(), "a b", "c"}});
    BOOST_TEST(by_path.result.standard_output == script.string() + " a b 2\n");
    BOOST_TEST(by_path.result.status.exited(3));
    const auto in_path =
        run({.argv = {"script"}, .environment = {{"PATH", scratch.path().string() + ":/bin"}}});
    BOOST_TEST(in_path.result.standard_output == script.string() + "  0\n");
    BOOST_TEST(run({.argv = {executable("empty", "").string()}}).result.status.exited(0));
}

BOOST_AUTO_TEST_CASE(a_binary_of_another_architecture_is_not_run_by_the_shell) {
    const auto binary = executable("binary", std::string("\x7f"
                                                         "ELF\x01\x01\0\0\n",
                                                         9));
    const auto ran = run({.argv = {binary.string()}});
    BOOST_TEST((ran.error == errc::not_executable));
    BOOST_TEST(ran.result.message ==
               "cannot start " + binary.string() + ": " + binary.string() + ": Exec format error");
}

BOOST_AUTO_TEST_CASE(the_first_program_of_path_that_can_be_executed_is_run) {
    fs::create_directories(scratch.path() / "1" / "tool");  // a directory of that name
    fs::create_directory(scratch.path() / "2");
    scratch.file("2/tool", "not executable");
    fs::create_directory(scratch.path() / "3");
    scratch.script("3/tool", "echo third");
    std::string path = "/no/such/directory:/dev/null";
    for (const char* const place : {"1", "2", "3"}) path += ":" + (scratch.path() / place).string();
    const auto ran = run({.argv = {"tool"}, .environment = {{"PATH", path}}});
    BOOST_TEST(ran.result.standard_output == "third\n");
}

BOOST_AUTO_TEST_CASE(a_program_that_is_being_written_is_busy_for_now) {
    const auto program = scratch.path() / "program";
    fs::copy_file("/bin/true", program);
    const int writer = ::open(program.c_str(), O_WRONLY | O_CLOEXEC);
    const auto ran = run({.argv = {program.string()}});
    BOOST_TEST((ran.error == errc::program_busy));
    BOOST_TEST((ran.error == boost::system::errc::text_file_busy));
    BOOST_TEST(process::is_temporary(ran.error));
    BOOST_TEST(ran.result.message.ends_with("Text file busy"));

    Running again({.argv = {program.string()}}, {.attempts = 1000000, .delay_on_retry = false});
    again.context.run_for(20ms);
    BOOST_TEST(!again.completed());
    ::close(writer);
    again.context.run();
    BOOST_TEST(again.ran().result.status.exited(0));
    BOOST_TEST(again.ran().result.attempts > 1);
}

BOOST_AUTO_TEST_CASE(errors_that_may_pass_are_distinguished_from_those_that_stay) {
    for (const errc passing : {errc::out_of_descriptors, errc::out_of_processes,
                               errc::out_of_memory, errc::program_busy}) {
        BOOST_TEST(process::is_temporary(passing));
    }
    for (const errc staying : {errc::not_found, errc::not_executable, errc::bad_working_directory,
                               errc::cannot_start, errc::timed_out, errc::input_too_long}) {
        BOOST_TEST(!process::is_temporary(staying));
    }
    BOOST_TEST(!process::is_temporary(asio::error::operation_aborted));
    BOOST_TEST(!process::is_temporary({}));
}

BOOST_AUTO_TEST_CASE(an_input_beyond_the_limit_of_a_file_is_an_error_and_no_signal) {
    BOOST_TEST(test::in_forked_child([] {
                   const rlimit limit{4096, 4096};
                   ::setrlimit(RLIMIT_FSIZE, &limit);
                   const auto error_of = [](std::size_t size) {
                       Running running({.argv = {"/bin/true"}, .input = std::string(size, 'x')});
                       running.context.run();
                       return running.ran().error;
                   };
                   return error_of(4097) == errc::input_too_long && !error_of(4096) ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(a_working_directory_that_is_not_a_directory_is_named) {
    const auto file = scratch.file("file");
    const auto fifo = scratch.path() / "fifo";
    BOOST_REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    for (const auto& directory : {file, fifo}) {
        const auto ran = run({.argv = {"true"}, .working_directory = directory});
        BOOST_TEST((ran.error == errc::bad_working_directory));
        BOOST_TEST(ran.result.message == "cannot start true: the working directory " +
                                             directory.string() +
                                             " cannot be entered: Not a directory");
    }
}

BOOST_AUTO_TEST_SUITE_END()
