#include <boost/test/unit_test.hpp>
#include <loopingcall/config/option.hpp>

using namespace loopingcall::config;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(option)

BOOST_AUTO_TEST_CASE(integers_are_read_as_python_reads_them) {
    const struct {
        const char* text;
        std::int64_t value;
    } good[] = {{"5", 5}, {"+5", 5}, {"-5", -5}, {"007", 7}, {"1_000", 1000}};
    for (const auto& [text, value] : good) {
        const auto parsed = parse_value(IntegerType{}, text);
        BOOST_TEST(parsed.error == "");
        BOOST_TEST(std::get<std::int64_t>(parsed.value) == value);
    }
    for (const char* text : {"", "5.0", "0x5", "five", "1__0", "_1", "1_", "+-5", "-", " 5", "5 ",
                             "9223372036854775808"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_value(IntegerType{}, text).error.empty()); }
    }
}

BOOST_AUTO_TEST_CASE(booleans_are_read_as_oslo_reads_them) {
    for (const char* text : {"true", "True", "1", "on", "YES"}) {
        BOOST_TEST(std::get<bool>(parse_value(BooleanType{}, text).value));
    }
    for (const char* text : {"false", "0", "Off", "no"}) {
        BOOST_TEST(!std::get<bool>(parse_value(BooleanType{}, text).value));
    }
    for (const char* text : {"", "2", "y", "enabled", " true"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_value(BooleanType{}, text).error.empty()); }
    }
}

BOOST_AUTO_TEST_CASE(a_choice_is_one_of_its_words_and_a_text_is_any) {
    const ChoiceType colour{{"red", "green"}};
    BOOST_TEST(std::get<std::string>(parse_value(colour, "red").value) == "red");
    BOOST_TEST(parse_value(colour, "Red").error ==
               "\"Red\" is not accepted: expected one of red, green");
    BOOST_TEST(std::get<std::string>(parse_value(TextType{}, "").value).empty());
}

BOOST_AUTO_TEST_CASE(bounds_are_checked_and_told) {
    const IntegerType from_one{.minimum = 1};
    BOOST_TEST(parse_value(from_one, "1").error == "");
    BOOST_TEST(parse_value(from_one, "0").error ==
               "\"0\" is not accepted: expected a whole number of at least 1");
    const DurationType from_1ms{.minimum = 1ms};
    BOOST_TEST(parse_value(from_1ms, "1ms").error == "");
    BOOST_TEST(parse_value(from_1ms, "-1").error ==
               "\"-1\" is not accepted: expected a duration of at least 1ms, in seconds or with a "
               "unit, such as 1, 0.5, 500ms, 2s or 1m");
}

BOOST_AUTO_TEST_SUITE_END()
