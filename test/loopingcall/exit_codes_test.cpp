#include "loopingcall/exit_codes.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using repeat::ExitCodes;
using repeat::RetryRule;

namespace {

std::string codes_of(const char* text) {
    const auto read = ExitCodes::parse(text);
    if (!read) return "refused";
    std::string all;
    for (int code = -1; code <= 256; ++code) {
        if (read->contains(code)) all += std::to_string(code) + ' ';
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(exit_codes)

BOOST_AUTO_TEST_CASE(a_list_has_numbers_and_ranges) {
    BOOST_TEST(codes_of("") == "");
    BOOST_TEST(codes_of("7") == "7 ");
    BOOST_TEST(codes_of("0,255") == "0 255 ");
    BOOST_TEST(codes_of("3-5, 1 ,4") == "1 3 4 5 ");
    BOOST_TEST(codes_of("126-127") == "126 127 ");
    BOOST_TEST(codes_of("9-9") == "9 ");
    for (const char* text : {"x", "1,", ",", "1,,2", "256", "-1", "5-3", "1-2-3", "1-", "-", "+1",
                             "1 2", "0x1", "1.5", "99999999999999999999"}) {
        BOOST_TEST(codes_of(text) == "refused", text);
    }
}

BOOST_AUTO_TEST_CASE(success_is_final_and_so_is_what_is_to_stop_or_is_not_to_be_tried_again) {
    const auto rule = [](const char* retry_on, const char* stop_on) {
        RetryRule made{.stop_on = *ExitCodes::parse(stop_on)};
        if (*retry_on != '\0') made.retry_on = ExitCodes::parse(retry_on);
        return made;
    };
    const struct {
        const char* retry_on;
        const char* stop_on;
        int code;
        bool is_final;
    } rows[] = {
        {"", "126,127", 0, true},       {"", "126,127", 1, false}, {"", "126,127", 127, true},
        {"", "126,127", 124, false},    {"", "", 127, false},      {"", "1-9", 5, true},
        {"3", "126,127", 3, false},     {"3", "126,127", 4, true}, {"3", "126,127", 127, true},
        {"127", "126,127", 127, false}, {"0", "126,127", 0, true}, {"", "124", 124, true},
        {"", "137", 137, true},
    };
    for (const auto& [retry_on, stop_on, code, is_final] : rows) {
        BOOST_TEST(rule(retry_on, stop_on).is_final(code) == is_final,
                   retry_on << '/' << stop_on << ": " << code);
    }
    BOOST_TEST(*ExitCodes::parse("1-5")->common_with(*ExitCodes::parse("4-9")) == 4);
    BOOST_TEST(!ExitCodes::parse("1-5")->common_with(*ExitCodes::parse("6")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
