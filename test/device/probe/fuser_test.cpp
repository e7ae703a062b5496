#include <boost/test/unit_test.hpp>
#include <loopingcall/device/fuser.hpp>

using namespace loopingcall::device;
using loopingcall::process::WaitStatus;

namespace {

const std::string path = "/dev/sda";
constexpr pid_t self = 4242;

Report judged(WaitStatus status, const std::string& out, const std::string& err) {
    return judge(FuserAnswer{status, out, err}, path, self);
}

const WaitStatus found = WaitStatus::exited_with(0);
const WaitStatus nothing = WaitStatus::exited_with(1);
const std::string name_line = "/dev/sda:           ";

std::vector<pid_t> pids_of(const Report& report) {
    std::vector<pid_t> pids;
    for (const Holder& holder : report.holders) pids.push_back(holder.pid);
    return pids;
}

}  // namespace

// The bytes are those that psmisc 23.6 prints in the C locale.
BOOST_AUTO_TEST_SUITE(fuser)

BOOST_AUTO_TEST_CASE(nothing_at_all_and_exit_one_is_free) {
    const Report report = judged(nothing, "", "");
    BOOST_TEST(report.state == State::free);
    BOOST_TEST(report.reason.empty());
}

BOOST_AUTO_TEST_CASE(process_ids_and_exit_zero_are_busy) {
    const Report one = judged(found, " 12345", name_line + "\n");
    BOOST_TEST(one.state == State::busy);
    BOOST_TEST(pids_of(one) == std::vector<pid_t>{12345}, boost::test_tools::per_element());
    BOOST_TEST(one.holders[0].access == std::vector<std::string>{"open"},
               boost::test_tools::per_element());

    const Report three = judged(found, " 12345 12346    42", name_line + "\n");
    BOOST_TEST(pids_of(three) == (std::vector<pid_t>{12345, 12346, 42}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(busybox_prints_a_trailing_blank_and_a_newline) {
    const Report report = judged(found, "12 13 \n", "");
    BOOST_TEST(pids_of(report) == (std::vector<pid_t>{12, 13}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_letters_show_the_access_where_they_can_be_attributed) {
    BOOST_TEST(judged(found, " 12", name_line + "cm\n").holders[0].access ==
                   (std::vector<std::string>{"cwd", "mmap"}),
               boost::test_tools::per_element());
    BOOST_TEST(judged(found, " 12", name_line + "refF\n").holders[0].access ==
                   (std::vector<std::string>{"root", "exe", "open", "open"}),
               boost::test_tools::per_element());
    BOOST_TEST(judged(found, " 12 13", name_line + "c\n").holders[0].access.empty());
    BOOST_TEST(judged(found, " 12", name_line + "?\n").holders[0].access.empty());
}

BOOST_AUTO_TEST_CASE(killed_by_signal_one_is_not_exit_one) {
    const Report report = judged(WaitStatus::killed_by(1), "", "");
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "fuser gave no answer: killed by signal 1 (SIGHUP)");
    BOOST_TEST(judged(WaitStatus{}, "", "").state == State::unknown);
    BOOST_TEST(judged(WaitStatus::killed_by(9), " 12", name_line + "\n").state == State::unknown);
}

BOOST_AUTO_TEST_CASE(processes_that_cannot_be_inspected_are_neither_busy_nor_silently_ignored) {
    const std::string refused =
        "Cannot stat file /proc/1/fd/0: Permission denied\n"
        "Cannot stat file /proc/1/fd/1: Permission denied\n"
        "Cannot stat file /proc/77/fd/3: Permission denied\n";
    const Report loose = judged(nothing, "", refused);
    BOOST_TEST(loose.state == State::free);
    BOOST_TEST(loose.uninspected_processes == 2U);
    BOOST_TEST(loose.diagnostics == refused);

    const Report busy = judged(found, " 12", refused + name_line + "\n");
    BOOST_TEST(busy.state == State::busy);
    BOOST_TEST(busy.uninspected_processes == 2U);
}

BOOST_AUTO_TEST_CASE(noise_that_has_no_bearing_is_ignored) {
    BOOST_TEST(judged(nothing, "",
                      "Cannot open a network socket.\nCannot find socket's device number.\n"
                      "Cannot open /proc/net/unix: Permission denied\n")
                   .state == State::free);
}

BOOST_AUTO_TEST_CASE(whatever_else_stands_on_standard_error_never_becomes_free) {
    for (const char* text : {
             "Specified filename /dev/sda does not exist.\n",
             "Cannot stat /dev/sda: Not a directory\n",
             "Cannot stat /dev/sda: Permission denied\n",
             "Cannot open /proc/net/unix: No such file or directory\nCannot open /proc/mounts\n",
             "fuser: Invalid option d\nUsage: fuser [-fIMuvw] ...\n",
             "No process specification given\n",
             "Cannot resolve local port d: Servname not supported for ai_socktype\n",
             "sudo: a password is required\n",
             "Datei /dev/sda existiert nicht.\n",
             "Cannot stat file /proc/",
             "Cannot stat file /proc/x/fd/1: Permission denied\n",
             "garbage without a newline",
         }) {
        BOOST_TEST_CONTEXT(text) {
            const Report report = judged(nothing, "", text);
            BOOST_TEST(report.state == State::unknown);
            BOOST_TEST(!report.reason.empty());
        }
    }
    BOOST_TEST(judged(nothing, "", "Specified filename /dev/sda does not exist.\n").reason ==
               "fuser: Specified filename /dev/sda does not exist.");
}

BOOST_AUTO_TEST_CASE(contradictions_and_garbage_are_unknown) {
    BOOST_TEST(judged(found, "", "").state == State::unknown);
    BOOST_TEST(judged(nothing, " 12", name_line + "\n").state == State::unknown);
    BOOST_TEST(judged(WaitStatus::exited_with(127), "", "").reason ==
               "fuser exited with 127 without naming a process");
    for (const char* out : {" 12x", "kernel", " -5", " 0", "99999999999999", " 1.5", "12,13"}) {
        BOOST_TEST_CONTEXT(out) {
            BOOST_TEST(judged(found, out, name_line + "\n").state == State::unknown);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_calling_process_does_not_count_as_a_holder) {
    BOOST_TEST(judged(found, " 4242", name_line + "\n").state == State::free);
    const Report report = judged(found, "  4242    12", name_line + "\n");
    BOOST_TEST(pids_of(report) == std::vector<pid_t>{12}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(two_thousand_holders_are_all_read) {
    std::string out;
    for (int pid = 10001; pid <= 12000; ++pid) out += " " + std::to_string(pid);
    BOOST_TEST(judged(found, out, name_line + "\n").holders.size() == 2000U);
}

BOOST_AUTO_TEST_SUITE_END()
