#include "device/proc/registered_files.hpp"

#include <boost/test/unit_test.hpp>
#include <ostream>

using namespace loopingcall::device::detail;
using Names = std::vector<std::string>;

namespace {

constexpr RingFormat old_kernel{};
constexpr RingFormat between{.has_paths = true};
constexpr RingFormat new_kernel{.has_paths = true, .is_silent_if_busy = true};

std::string ring(const std::string& files) {
    return "pos:\t0\nflags:\t02000002\nSqMask:\t0x3\nSqThread:\t-1\n" + files +
           "UserBufs:\t0\nPollList:\nCqOverflowList:\n";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(registered_files)

BOOST_AUTO_TEST_CASE(the_format_goes_by_the_release_of_the_kernel) {
    struct Row {
        const char* release;
        bool has_paths;
        bool is_silent_if_busy;
    };
    for (const Row& row :
         {Row{"6.18.44-fc", true, true}, Row{"6.16.0", true, true}, Row{"6.15.11", true, false},
          Row{"6.14", true, false}, Row{"6.13.9", false, false},
          Row{"6.1.0-39-amd64", false, false}, Row{"5.10.0", false, false},
          Row{"7.0.0", true, true}, Row{"10.1", true, true}, Row{"", false, false},
          Row{"six", false, false}, Row{"6", false, false}, Row{"6.", false, false}}) {
        BOOST_TEST_CONTEXT(row.release) {
            const RingFormat format = ring_format_of(row.release);
            BOOST_TEST(format.has_paths == row.has_paths);
            BOOST_TEST(format.is_silent_if_busy == row.is_silent_if_busy);
        }
    }
}

BOOST_AUTO_TEST_CASE(paths_are_listed_without_their_escapes) {
    const RegisteredFiles files =
        parse_registered_files(ring("UserFiles:\t9\n    0: /dev/sda\n    3: /a\\040b\\012c\\134d\n"
                                    "    4: socket:[123]\n    5: anon_inode:[eventfd]\n"
                                    "10000: /x\\040(deleted)\n"),
                               new_kernel);
    BOOST_TEST(files.is_listed);
    BOOST_TEST(files.paths == (Names{"/dev/sda", "/a b\nc\\d", "/x (deleted)"}),
               boost::test_tools::per_element());
    BOOST_TEST(files.unclear.empty());
}

BOOST_AUTO_TEST_CASE(a_busy_ring_lists_nothing) {
    BOOST_TEST(!parse_registered_files("pos:\t0\nflags:\t02\n", new_kernel).is_listed);
    BOOST_TEST(!parse_registered_files(ring("UserFiles:\t2\n"), old_kernel).is_listed);
    BOOST_TEST(!parse_registered_files(ring("UserFiles:\t2\n"), between).is_listed);
    BOOST_TEST(parse_registered_files(ring("UserFiles:\t2\n"), new_kernel).is_listed);
    for (const RingFormat& format : {old_kernel, between, new_kernel}) {
        BOOST_TEST(parse_registered_files(ring("UserFiles:\t0\n"), format).is_listed);
        BOOST_TEST(!parse_registered_files("UserFiles:\t2\n    0: /dev/sda\n", format).is_listed);
        BOOST_TEST(!parse_registered_files("", format).is_listed);
    }
}

BOOST_AUTO_TEST_CASE(a_base_name_is_not_clear) {
    const RegisteredFiles files =
        parse_registered_files(ring("UserFiles:\t6\n    0: sda\n    1: <none>\n    2: TCP\n"
                                    "    3: \n    4: [eventfd]\n    5: UNIX-STREAM\n"),
                               old_kernel);
    BOOST_TEST(files.is_listed);
    BOOST_TEST(files.paths.empty());
    BOOST_TEST(files.unclear == Names{"sda"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_name_with_newlines_cannot_hide_what_follows) {
    // As the kernel before 6.14 prints a file of the name "x\nUserBufs:\t0", and then the device.
    for (const char* const name : {"x\nUserBufs:\t0\n    1: sda\n", "x\n    9: TCP\n    1: sda\n",
                                   "\nnonsense\n    1: sda\n"}) {
        const RegisteredFiles files =
            parse_registered_files(ring(std::string("UserFiles:\t2\n    0: ") + name), old_kernel);
        BOOST_TEST(!files.unclear.empty(), name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
