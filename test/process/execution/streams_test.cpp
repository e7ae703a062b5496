// Outputs as they come, outputs that come late, and streams that are handed on.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <loopingcall/process/background.hpp>
#include <loopingcall/process/error.hpp>

#include "process/launch/descriptor.hpp"
#include "process/run.hpp"
#include "support/forked.hpp"
#include "support/scratch.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace process = loopingcall::process;
using process::errc;
using process::detail::Descriptor;
using test::Running;

namespace {

struct Streams : test::Children {
    test::Scratch scratch = {};
    std::string go = (scratch.path() / "go").string();
    std::string alive = (scratch.path() / "alive").string();

    /// A command that succeeds and leaves a service, which writes when it is let go.
    [[nodiscard]] std::string service(const std::string& redirection) const {
        return "(while ! [ -e " + go +
               " ]; do sleep 0.01; done; for i in 1 2 3 4; do head -c 70000 "
               "/dev/zero || exit 1; done " +
               redirection + "; echo >> " + alive + ") & exit 0";
    }

    void let_services_go(std::size_t services = 1) const {
        scratch.file("go");
        const auto limit = std::chrono::steady_clock::now() + 10s;
        while (test::read_file(alive).size() < services &&
               std::chrono::steady_clock::now() < limit) {
            continue;
        }
    }

    [[nodiscard]] Descriptor open(const std::string& name, int flags) const {
        return Descriptor(::open((scratch.path() / name).c_str(), flags | O_CLOEXEC, 0600));
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(streams, Streams)

BOOST_AUTO_TEST_CASE(each_output_is_passed_on_as_it_comes) {
    std::string out;
    std::string err;
    const std::string script =
        "echo 1; echo e >&2; while ! [ -e " + go + " ]; do sleep 0.01; done; echo 2; exit 3";
    Running running({.argv = {"/bin/sh", "-c", script}},
                    {.on_standard_output = [&](std::string_view piece) { out += piece; },
                     .on_standard_error = [&](std::string_view piece) { err += piece; }});
    running.run_until([&] { return out == "1\n" && err == "e\n"; });
    BOOST_TEST(!running.completed());
    scratch.file("go");
    running.context.run();
    BOOST_TEST(out == "1\n2\n");
    BOOST_TEST(running.ran().result.standard_output == "1\n2\n");
    BOOST_TEST(running.ran().result.standard_error == "e\n");
    BOOST_TEST(running.ran().result.standard_output_bytes == 4U);
    BOOST_TEST(running.ran().result.status.exited(3));
}

BOOST_AUTO_TEST_CASE(an_output_that_is_passed_on_in_whole_is_not_cut) {
    std::size_t passed = 0;
    const auto ran =
        shell("head -c 3000000 /dev/zero",
              {.max_output = 0,
               .allow_truncated = false,
               .on_standard_output = [&](std::string_view piece) { passed += piece.size(); }});
    BOOST_TEST(!ran.error);
    BOOST_TEST(!ran.result.truncated);
    BOOST_TEST(passed == 3000000U);
    BOOST_TEST(ran.result.standard_output.empty());
}

BOOST_AUTO_TEST_CASE(what_is_cut_is_counted) {
    const auto ran = shell("head -c 3000000 /dev/zero; head -c 2000 /dev/zero >&2",
                           {.max_output = 1000, .allow_truncated = false});
    BOOST_TEST((ran.error == errc::output_cut));
    BOOST_TEST(ran.result.standard_output_bytes == 3000000U);
    BOOST_TEST(ran.result.standard_error_bytes == 2000U);
    BOOST_TEST(!ran.result.output_open);
    BOOST_TEST(
        ran.result.message ==
        "/bin/sh: standard output has 3000000 bytes, of which 1000 were kept, standard error "
        "has 2000 bytes, of which 1000 were kept");
}

BOOST_AUTO_TEST_CASE(an_output_can_go_to_a_descriptor_of_the_host) {
    const Descriptor out = open("out", O_CREAT | O_WRONLY);
    const Descriptor err = open("err", O_CREAT | O_WRONLY);
    const Descriptor in = open("out", O_RDONLY);
    const auto ran = run({.argv = {"/bin/sh", "-c", "echo out; echo err >&2"},
                          .output_to = out.get(),
                          .error_output_to = err.get()},
                         {.allow_truncated = false});
    BOOST_TEST(!ran.error);
    BOOST_TEST(test::read_file(scratch.path() / "out") == "out\n");
    BOOST_TEST(test::read_file(scratch.path() / "err") == "err\n");
    BOOST_TEST((ran.result.standard_output + ran.result.standard_error).empty());
    BOOST_TEST(run({.argv = {"cat"}, .input_from = in.get()}).result.standard_output == "out\n");
}

// Each number is taken by another stream of the child.
BOOST_AUTO_TEST_CASE(the_standard_streams_of_the_host_can_be_exchanged) {
    std::cout.flush();  // or the forked child writes it as well, to its own standard output
    (void)std::fflush(nullptr);
    BOOST_TEST(test::in_forked_child([&] {
                   ::dup2(open("1", O_CREAT | O_WRONLY).get(), STDOUT_FILENO);
                   ::dup2(open("2", O_CREAT | O_WRONLY).get(), STDERR_FILENO);
                   Running running({.argv = {"/bin/sh", "-c", "echo out; echo err >&2"},
                                    .output_to = STDERR_FILENO,
                                    .error_output_to = STDOUT_FILENO});
                   running.context.run();
                   return 0;
               }) == 0);
    BOOST_TEST(test::read_file(scratch.path() / "1") == "err\n");
    BOOST_TEST(test::read_file(scratch.path() / "2") == "out\n");
}

BOOST_AUTO_TEST_CASE(a_descriptor_that_is_not_open_is_named) {
    const auto ran = run({.argv = {"/bin/true"}, .output_to = 987});
    BOOST_TEST((ran.error == errc::cannot_start));
    BOOST_TEST(ran.result.message ==
               "cannot start /bin/true: duplicating descriptor 987: Bad file descriptor");
}

BOOST_AUTO_TEST_CASE(output_after_the_end_is_waited_for_as_long_as_wanted) {
    const auto ran = shell("(sleep 0.5; echo late) &", {.wait_output = 60s});
    BOOST_TEST(ran.result.standard_output == "late\n");
    BOOST_TEST(!ran.result.truncated);
    BOOST_TEST((ran.result.elapsed < 500ms));
}

BOOST_AUTO_TEST_CASE(output_that_would_come_later_is_reported_as_missing) {
    Running running({.argv = {"/bin/sh", "-c", service("")}}, {.allow_truncated = false});
    running.context.run();
    BOOST_TEST((running.ran().error == errc::output_cut));
    BOOST_TEST(running.ran().result.truncated);
    BOOST_TEST(running.ran().result.output_open);
    BOOST_TEST(running.ran().result.message.ends_with("what it writes is missing"));
    let_services_go();
}

BOOST_AUTO_TEST_CASE(a_timeout_or_a_cancellation_ends_the_wait_for_output) {
    const auto ran = shell(service(""), {.timeout = 1s, .wait_output = 1h});
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.status.exited(0));
    BOOST_TEST(ran.result.output_open);

    Running running({.argv = {"/bin/sh", "-c", service("")}}, {.wait_output = 1h});
    running.run_until([] { return !test::children().empty(); });
    running.run_until([] { return test::children().empty(); });
    running.context.poll();
    running.cancel();
    running.context.run();
    BOOST_TEST((running.ran().error == asio::error::operation_aborted));
    BOOST_TEST(running.ran().result.status.exited(0));
    let_services_go(2);
}

BOOST_AUTO_TEST_CASE(a_service_that_a_command_leaves_can_write_on) {
    for (const char* const redirection : {"", ">&2"}) {
        std::filesystem::remove(go);
        std::filesystem::remove(alive);
        const auto ran = shell(service(redirection));
        BOOST_TEST(!ran.error);
        let_services_go();
        BOOST_TEST(std::filesystem::exists(alive));
    }
}

BOOST_AUTO_TEST_CASE(a_service_can_write_on_after_the_host_has_ended) {
    BOOST_TEST(test::in_forked_child([&] {
                   Running running({.argv = {"/bin/sh", "-c", service("")}});
                   running.context.run();
                   return process::leave_open_outputs_to_a_process() ? 0 : 1;
               }) == 0);
    let_services_go();
    BOOST_TEST(std::filesystem::exists(alive));
    BOOST_TEST(process::leave_open_outputs_to_a_process());  // there is none here
}

BOOST_AUTO_TEST_SUITE_END()
