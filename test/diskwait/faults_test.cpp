// The program when what is around it fails: its streams, its signals, the kernel.
#include <csignal>

#include "program.hpp"

namespace {

struct Faults : test::Program {
    /// The program with a redirection or the like, in bash; its exit code is printed.
    static test::Ended in_bash(const std::string& script) {
        return run({"/bin/bash", "-c", script});
    }

    [[nodiscard]] std::string call(const std::string& arguments) const {
        return "'" TEST_DISKWAIT "' " + arguments + " '" + file.string() + "'";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_faults, Faults)

BOOST_AUTO_TEST_CASE(diskwait_exits_three_if_standard_output_cannot_be_written) {
    for (const char* flags : {"", "-o json", "--show-config", "--version", "--help"}) {
        const auto full = in_bash(call(flags) + " > /dev/full");
        BOOST_TEST_CONTEXT(flags) {
            BOOST_TEST(full.exit_code == 3);
            BOOST_TEST(full.err.find("diskwait: cannot write to standard output") !=
                       std::string::npos);
            BOOST_TEST(in_bash(call(flags) + " >&-").exit_code == 3);
        }
    }
    // With -q there is nothing to print.
    BOOST_TEST(in_bash(call("-q") + " > /dev/full").exit_code == 0);
}

BOOST_AUTO_TEST_CASE(closed_streams_are_not_taken_for_something_else) {
    for (const char* streams : {"<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"}) {
        const bool has_output = std::string(streams).find(" >&-") == std::string::npos;
        const auto ended = in_bash(call("-v -i 1ms") + " " + streams);
        BOOST_TEST_CONTEXT(streams) {
            BOOST_TEST(ended.exit_code == (has_output ? 0 : 3));
            BOOST_TEST((ended.out.find(" is free") != std::string::npos) == has_output);
        }
    }
    BOOST_TEST(test::read_file(file).empty());
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_ends_it_by_sigpipe) {
    const auto ended =
        in_bash("exec {pipe}> >(exit 0); wait $!; " + call("") + " >&$pipe; exit $?");
    BOOST_TEST(ended.exit_code == 128 + SIGPIPE);
}

BOOST_AUTO_TEST_CASE(a_wait_that_was_suspended_goes_on) {
    const auto seen = (scratch.path() / "seen").string();
    const auto ended =
        in_bash("exec 9< '" + file.string() + "'; " + call("-v -i 20ms -n 100000") + " 9>&- 2> '" +
                seen + "' & child=$!; until grep -q 'check 3 of' '" + seen +
                "'; do kill -0 $child || exit 99; done; kill -STOP $child; "
                "until grep -q '^State:.T' /proc/$child/status; do kill -0 $child || exit 99; "
                "done; exec 9>&-; "
                "kill -CONT $child; wait $child");
    BOOST_TEST(ended.exit_code == 0);
    BOOST_TEST(ended.out.find(" is free") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_kernel_without_pidfds_and_inotify_is_enough) {
    const auto ended = in_bash("exec 9< '" + file.string() + "'; '" TEST_WITHOUT "' -i " +
                               call("-v -i 20ms -n 3") + "; exit $?");
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 3 checks") != std::string::npos, ended.out);
    BOOST_TEST(ended.err.find("early wakes are not available: inotify_init1") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
