#include <boost/test/unit_test.hpp>
#include <loopingcall/device/lsof.hpp>

using namespace loopingcall::device;
using loopingcall::process::WaitStatus;
using namespace std::string_literals;

namespace {

constexpr pid_t self = 4242;

Report judged(int exit_code, const std::string& out, const std::string& err = "") {
    return judge(LsofAnswer{WaitStatus::exited_with(exit_code), out, err}, "/dev/sda", self);
}

const std::string sleeper = "p11\0csleep\0u0\0Lroot\0\nf9\0au\0tREG\0\n"s;

}  // namespace

// The bytes are those that lsof 4.95 prints with -F0pcuLft in the C locale.
BOOST_AUTO_TEST_SUITE(lsof)

BOOST_AUTO_TEST_CASE(nothing_at_all_and_exit_one_is_free) {
    const Report report = judged(1, "");
    BOOST_TEST(report.state == State::free);
    BOOST_TEST(report.reason.empty());
}

BOOST_AUTO_TEST_CASE(a_process_makes_it_busy_and_is_listed_with_all_that_lsof_knows) {
    const Report report = judged(0, sleeper);
    BOOST_TEST(report.state == State::busy);
    BOOST_REQUIRE(report.holders.size() == 1U);
    BOOST_TEST(report.holders[0].pid == 11);
    BOOST_TEST(report.holders[0].command == "sleep");
    BOOST_TEST(report.holders[0].user == "root");
    BOOST_TEST(report.holders[0].path == "/dev/sda");
    BOOST_TEST(report.holders[0].access == std::vector<std::string>{"open"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(each_kind_of_use_is_listed_once) {
    const Report report =
        judged(0,
               "p12\0csh\0u0\0Lroot\0\nfcwd\0tDIR\0\nfrtd\0tDIR\0\nftxt\0tREG\0\nfmem\0tREG\0\n"
               "f3\0tBLK\0\nf4\0tBLK\0\n"s);
    BOOST_TEST(report.holders.at(0).access ==
                   (std::vector<std::string>{"cwd", "root", "exe", "mmap", "open"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(processes_are_busy_although_lsof_exits_with_one) {
    BOOST_TEST(judged(1, sleeper).state == State::busy);
    BOOST_TEST(judged(1, sleeper, "lsof: status error on /x: No such file or directory\n").state ==
               State::busy);
}

BOOST_AUTO_TEST_CASE(the_calling_process_does_not_count_as_a_holder) {
    BOOST_TEST(judged(0, "p4242\0cme\0\nf9\0\n"s).state == State::free);
}

BOOST_AUTO_TEST_CASE(what_stands_on_standard_error_never_becomes_free) {
    const Report report = judged(1, "", "lsof: status error on /dev/sda: No such device\nmore\n");
    BOOST_TEST(report.state == State::unknown);
    BOOST_TEST(report.reason == "lsof: status error on /dev/sda: No such device");
    BOOST_TEST(judged(1, "", "\n").state == State::unknown);  // libFuzzer found it
    BOOST_TEST(judged(1, "", "\nwhy\n").reason == "why");
}

BOOST_AUTO_TEST_CASE(garbage_half_lines_and_signals_are_unknown) {
    for (const std::string& out :
         {"garbage"s, "p11"s, "p11\n"s, "px\0\n"s, "p-1\0\n"s, "p0\0\n"s, "f9\0\n"s, "\0"s,
          "p11\0csleep"s, "p11x\0\n"s, " p11\0\n"s, "11\n"s}) {
        BOOST_TEST_CONTEXT(out) {
            BOOST_TEST(judged(0, out).state == State::unknown);
            BOOST_TEST(judged(1, out).state == State::unknown);
        }
    }
    BOOST_TEST(judged(0, "").state == State::unknown);  // as -Q makes it of a missing file
    const Report killed = judge(LsofAnswer{WaitStatus::killed_by(1), "", ""}, "/dev/sda", self);
    BOOST_TEST(killed.state == State::unknown);
    BOOST_TEST(judge(LsofAnswer{WaitStatus::killed_by(9), sleeper, ""}, "/dev/sda", self).state ==
               State::unknown);
}

BOOST_AUTO_TEST_SUITE_END()
