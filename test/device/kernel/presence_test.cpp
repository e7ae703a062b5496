#include "device/kernel/presence.hpp"

#include <sys/sysmacros.h>

#include <boost/test/unit_test.hpp>

#include "support/scratch.hpp"

using loopingcall::device::detail::is_gone;
using loopingcall::device::detail::life_of;

namespace {

struct Sysfs {
    test::Scratch scratch = {};
    std::filesystem::path blocks = scratch.path() / "dev" / "block";

    void add(const std::string& number) const {
        std::filesystem::create_directories(blocks / number);
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(presence, Sysfs)

BOOST_AUTO_TEST_CASE(a_device_that_is_shown_is_there_and_has_a_life) {
    add("8:1");
    BOOST_TEST(!is_gone(makedev(8, 1), scratch.path()));
    BOOST_TEST(life_of(makedev(8, 1), scratch.path()) != 0U);
}

BOOST_AUTO_TEST_CASE(one_that_is_missing_among_others_is_gone) {
    add("8:0");
    BOOST_TEST(is_gone(makedev(8, 1), scratch.path()));
    BOOST_TEST(life_of(makedev(8, 1), scratch.path()) == 0U);
}

BOOST_AUTO_TEST_CASE(without_sysfs_or_if_it_is_masked_nothing_is_gone) {
    BOOST_TEST(!is_gone(makedev(8, 1), scratch.path() / "nowhere"));
    std::filesystem::create_directories(blocks);
    BOOST_TEST(!is_gone(makedev(8, 1), scratch.path()));
}

BOOST_AUTO_TEST_CASE(a_device_that_is_made_again_has_another_life) {
    add("8:1");
    const auto first = life_of(makedev(8, 1), scratch.path());
    std::filesystem::rename(blocks / "8:1", blocks / "gone");
    add("8:1");
    BOOST_TEST(life_of(makedev(8, 1), scratch.path()) != first);
}

BOOST_AUTO_TEST_SUITE_END()
