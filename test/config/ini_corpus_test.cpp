// The grammar, against what oslo.config 9.0.0 was recorded to read in some two hundred files.
#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <boost/test/unit_test.hpp>
#include <loopingcall/config/ini.hpp>
#include <map>

#include "support/scratch.hpp"

using namespace loopingcall::config;
namespace json = boost::json;

namespace {

std::string from_base64(std::string_view text) {
    static const std::string alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int count = 0;
    for (const char character : text) {
        const std::size_t digit = alphabet.find(character);
        if (digit == std::string::npos) break;
        bits = (bits << 6U) | static_cast<unsigned>(digit);
        if ((count += 6) < 8) continue;
        count -= 8;
        bytes += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
    return bytes;
}

std::string text_of(const json::object& test_case) {
    if (const auto* encoded = test_case.if_contains("ini_base64")) {
        return from_base64(json::value_to<std::string>(*encoded));
    }
    return json::value_to<std::string>(test_case.at("ini"));
}

/// section -> key -> values, as the cases hold it.
using Raw = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

Raw raw_of(const IniFile& file) {
    Raw raw;
    for (const auto& section : file.sections) raw[section];
    for (const auto& entry : file.entries) raw[entry.section][entry.key].push_back(entry.value);
    return raw;
}

void check_reading(const json::object& test_case, const IniFile& file) {
    const std::string ours = json::value_to<std::string>(test_case.at("advice").at("ours"));
    const std::string name = json::value_to<std::string>(test_case.at("name"));
    if (name == "grammar/nul-byte") {
        BOOST_TEST(!file.errors.empty());  // advice: reject
    } else if (name == "grammar/nbsp-around") {
        BOOST_TEST(file.entries.at(0).key == "\u00A0x");  // advice: ASCII blanks only
    } else {
        BOOST_TEST(file.errors.empty());
        BOOST_TEST((raw_of(file) == json::value_to<Raw>(test_case.at("raw"))));
    }
}

void check_refusal(const json::object& test_case, const IniFile& file) {
    const std::string name = json::value_to<std::string>(test_case.at("name"));
    if (name == "grammar/bom") {
        BOOST_TEST(file.errors.empty());  // advice: skip it
        BOOST_TEST(file.entries.at(0).value == "a");
        return;
    }
    BOOST_REQUIRE(!file.errors.empty());
    const auto& line = test_case.at("error").at("line");
    if (line.is_null()) return;
    // advice: oslo tells this one too late, when the value has ended
    const std::size_t expected =
        name == "grammar/no-section-line-number" ? 2U : json::value_to<std::size_t>(line);
    BOOST_TEST(file.errors.front().location.line == expected);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ini_corpus)

BOOST_AUTO_TEST_CASE(every_recorded_file_is_read_as_oslo_reads_it_or_better) {
    const json::value corpus = json::parse(test::read_file(TEST_INI_CASES));
    std::size_t cases = 0;
    for (const json::value& value : corpus.at("cases").as_array()) {
        const json::object& test_case = value.as_object();
        ++cases;
        BOOST_TEST_CONTEXT(test_case.at("name")) {
            const IniFile file = parse_ini(text_of(test_case), "a.conf");
            test_case.contains("raw") ? check_reading(test_case, file)
                                      : check_refusal(test_case, file);
        }
    }
    BOOST_TEST(cases > 200U);
}

BOOST_AUTO_TEST_SUITE_END()
