// Random answers, made of pieces of real ones.
#include <boost/test/unit_test.hpp>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "fuzz/properties.hpp"

using namespace std::string_literals;

namespace {

const std::vector<std::string> pieces{
    " 12345"s,
    " 4242"s,
    "    42"s,
    "\n"s,
    " "s,
    "/dev/sda:           "s,
    "c"s,
    "m"s,
    "kernel"s,
    "Cannot stat file /proc/1/fd/0: Permission denied\n"s,
    "Cannot stat file /proc/"s,
    "Specified filename /dev/sda does not exist.\n"s,
    "Datei /dev/sda existiert nicht.\n"s,
    "p11\0"s,
    "csleep\0"s,
    "u0\0Lroot\0\n"s,
    "f9\0"s,
    "fcwd\0"s,
    "p4242\0\n"s,
    "\0"s,
    "p"s,
    "lsof: status error on /dev/sda: No such file or directory\n"s,
    "-1"s,
    "99999999999"s,
    "\xFF"s};

/// Bytes as the properties take them.
std::string random_answer(std::minstd_rand& random) {
    std::uniform_int_distribution<> byte(0, 255);
    std::string answer{static_cast<char>(byte(random)), static_cast<char>(byte(random))};
    const int count = byte(random) % 6;
    for (int i = 0; i < count; ++i) {
        answer += pieces[static_cast<std::size_t>(byte(random)) % pieces.size()];
    }
    if (byte(random) < 64) answer.resize(2 + (answer.size() - 2) / 2);
    return answer;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(answers)

BOOST_AUTO_TEST_CASE(no_state_is_more_than_the_answer_proves) {
    std::minstd_rand random(1);
    for (int i = 0; i < 200'000; ++i) {
        const std::string answer = random_answer(random);
        const auto* const bytes = reinterpret_cast<const std::uint8_t*>(answer.data());
        test::check_fuser(bytes, answer.size());
        test::check_lsof(bytes, answer.size());
    }
}

BOOST_AUTO_TEST_SUITE_END()
