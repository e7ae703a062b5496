#include "device/rights/opener.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "process/launch/descriptor.hpp"
#include "support/scratch.hpp"

using loopingcall::device::detail::may_have_opened;
using loopingcall::device::detail::Opener;
using loopingcall::device::detail::opener_of;
using loopingcall::device::detail::parse_opener;

namespace {

std::string status(const std::string& uids, const std::string& capabilities) {
    return "Name:\tUid:\nUid:\t" + uids + "\nGid:\t100\t100\t100\t100\nGroups:\t6 27 \nCapPrm:\t" +
           capabilities + "\nCapEff:\t0000000000000000\n";
}

const std::string none = "0000000000000000";

}  // namespace

BOOST_AUTO_TEST_SUITE(opener)

BOOST_AUTO_TEST_CASE(an_ordinary_user_is_known_by_ids_and_groups) {
    const Opener who = parse_opener(status("1000\t1000\t1001\t1000", none));
    BOOST_TEST(!who.is_privileged);
    BOOST_TEST(who.uids == (std::vector<uid_t>{1000, 1000, 1001, 1000}),
               boost::test_tools::per_element());
    BOOST_TEST(who.gids == (std::vector<gid_t>{100, 100, 100, 100, 6, 27}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(root_a_capability_and_what_is_not_clear_are_privileged) {
    BOOST_TEST(Opener{}.is_privileged);
    BOOST_TEST(parse_opener("").is_privileged);
    BOOST_TEST(parse_opener(status("1000\t0\t1000\t1000", none)).is_privileged);
    BOOST_TEST(parse_opener(status("1000\t1000\t0\t1000", none)).is_privileged);
    BOOST_TEST(parse_opener(status("1000\t1000\t1000\t1000", "0000000000000002")).is_privileged);
    BOOST_TEST(parse_opener(status("nobody", none)).is_privileged);
    const std::string whole = status("1000\t1000\t1000\t1000", none);
    BOOST_TEST(!parse_opener(whole).is_privileged);
    for (const char* const label : {"\nUid:", "\nGid:", "\nGroups:", "\nCapPrm:", "\nCapEff:"}) {
        std::string without = whole;
        without.replace(without.find(label), 2, "\nX");
        BOOST_TEST(parse_opener(without).is_privileged, label);
    }
}

BOOST_AUTO_TEST_CASE(root_is_privileged_in_the_real_proc) {
    if (::geteuid() != 0) return;
    const loopingcall::process::detail::Descriptor self(
        ::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
    BOOST_TEST(opener_of(self.get()).is_privileged);
    BOOST_TEST(opener_of(-1).is_privileged);
}

BOOST_AUTO_TEST_CASE(owner_group_and_mode_decide_which_process_may_have_opened_it) {
    const test::Scratch scratch;
    const auto file = scratch.file("node");
    struct stat made {};
    BOOST_REQUIRE(::stat(file.c_str(), &made) == 0);
    const Opener owner{.is_privileged = false, .uids = {made.st_uid}, .gids = {}};
    const Opener member{.is_privileged = false, .uids = {12345}, .gids = {made.st_gid}};
    const Opener stranger{.is_privileged = false, .uids = {12345}, .gids = {12345}};
    ::chmod(file.c_str(), 0);
    BOOST_TEST(may_have_opened(Opener{}, file));
    BOOST_TEST(may_have_opened(owner, file));  // the owner may have changed that
    BOOST_TEST(!may_have_opened(member, file));
    BOOST_TEST(!may_have_opened(stranger, file));
    ::chmod(file.c_str(), 0020);
    BOOST_TEST(may_have_opened(member, file));
    BOOST_TEST(!may_have_opened(stranger, file));
    ::chmod(file.c_str(), 0004);
    BOOST_TEST(may_have_opened(stranger, file));
    BOOST_TEST(may_have_opened(stranger, scratch.path() / "missing"));
}

BOOST_AUTO_TEST_SUITE_END()
