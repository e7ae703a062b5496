// The seeds of the fuzzers, whole, cut short, and with one byte changed.
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <random>

#include "fuzz/properties.hpp"
#include "support/scratch.hpp"

namespace {

using Property = void (*)(const std::uint8_t*, std::size_t);

const std::map<std::string, Property> properties{
    {"duration", test::check_duration},
    {"evidence", test::check_evidence},
    {"fuser", test::check_fuser},
    {"helper", test::check_helper},
    {"ini", test::check_ini},
    {"lsof", test::check_lsof},
    {"mountinfo", test::check_mountinfo},
    {"printable", test::check_printable},
};

void check(Property property, const std::string& text) {
    property(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void check_and_mutate(Property property, const std::string& seed) {
    std::minstd_rand random(1);
    std::uniform_int_distribution<> byte(0, 255);
    check(property, seed);
    for (std::size_t length = 0; length < seed.size(); ++length) {
        check(property, seed.substr(0, length));
        std::string changed = seed;
        changed[length] = static_cast<char>(byte(random));
        check(property, changed);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fuzz_corpus)

BOOST_AUTO_TEST_CASE(every_property_holds_for_the_seeds_and_what_is_near_them) {
    for (const auto& [name, property] : properties) {
        std::size_t seeds = 0;
        const std::filesystem::path corpus = std::filesystem::path(TEST_CORPUS) / name;
        for (const auto& seed : std::filesystem::directory_iterator(corpus)) {
            check_and_mutate(property, test::read_file(seed.path()));
            ++seeds;
        }
        BOOST_TEST(seeds > 0U, name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
