#include <boost/test/unit_test.hpp>
#include <loopingcall/config/types.hpp>

using namespace loopingcall::config;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

template <class T>
T value_of(const OptionType& type, std::string_view text) {
    const auto parsed = parse_value(type, text);
    BOOST_TEST(parsed.code == "", text);
    return std::get<T>(parsed.value);
}

std::string code_of(const OptionType& type, std::string_view text) {
    return parse_value(type, text).code;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(types)

BOOST_AUTO_TEST_CASE(integers_are_plain_digits_with_a_sign) {
    const struct {
        const char* text;
        std::int64_t value;
    } good[] = {{"5", 5}, {"+5", 5}, {"-5", -5}, {"007", 7}, {"-9223372036854775808", INT64_MIN}};
    for (const auto& [text, value] : good) {
        BOOST_TEST(value_of<std::int64_t>(IntegerType{}, text) == value);
    }
    for (const char* text : {"", "5.0", "0x5", "five", "1_000", "_1", "+-5", "++5", "-", "+", " 5",
                             "5 ", "9223372036854775808", "\u0661"}) {
        BOOST_TEST(code_of(IntegerType{}, text) == "not_int", text);
    }
}

BOOST_AUTO_TEST_CASE(numbers_are_finite) {
    BOOST_TEST(value_of<double>(FloatType{}, "0.5") == 0.5);
    BOOST_TEST(value_of<double>(FloatType{}, "-1e-3") == -0.001);
    BOOST_TEST(value_of<double>(FloatType{}, "+5") == 5.0);
    for (const char* text :
         {"", "abc", "nan", "inf", "-Infinity", "1e400", "1_0.5", "0x1p3", "1,5"}) {
        BOOST_TEST(code_of(FloatType{}, text) == "not_float", text);
    }
    const FloatType bounded{.minimum = 0, .maximum = 5};
    BOOST_TEST(code_of(bounded, "-0.1") == "below_min");
    BOOST_TEST(code_of(bounded, "5.1") == "above_max");
    BOOST_TEST(parse_value(bounded, "nan").expected == "a number of at least 0 up to 5");
}

BOOST_AUTO_TEST_CASE(booleans_are_read_as_oslo_reads_them) {
    for (const char* text : {"true", "True", "1", "on", "YES"}) {
        BOOST_TEST(value_of<bool>(BooleanType{}, text));
    }
    for (const char* text : {"false", "0", "Off", "no"}) {
        BOOST_TEST(!value_of<bool>(BooleanType{}, text));
    }
    for (const char* text : {"", "2", "y", "t", "enabled", " true"}) {
        BOOST_TEST(code_of(BooleanType{}, text) == "not_bool", text);
    }
}

BOOST_AUTO_TEST_CASE(a_choice_is_one_of_its_words_and_a_text_is_any_that_is_not_too_long) {
    const ChoiceType colour{{"red", "green"}};
    BOOST_TEST(value_of<std::string>(colour, "red") == "red");
    BOOST_TEST(parse_value(colour, "Red").expected == "one of red, green");
    BOOST_TEST(code_of(colour, "") == "not_a_choice");
    BOOST_TEST(value_of<std::string>(TextType{}, "").empty());
    BOOST_TEST(value_of<std::string>(TextType{3}, "\u00e9\u00e9\u00e9").size() == 6U);
    BOOST_TEST(code_of(TextType{3}, "abcd") == "too_long");
}

BOOST_AUTO_TEST_CASE(ports_have_the_bounds_of_ports) {
    BOOST_TEST(value_of<std::int64_t>(PortType{}, "65535") == 65535);
    BOOST_TEST(code_of(PortType{}, "65536") == "above_max");
    BOOST_TEST(code_of(PortType{}, "-1") == "below_min");
    BOOST_TEST(code_of(PortType{}, "http") == "not_int");
}

BOOST_AUTO_TEST_CASE(bounds_are_checked_and_named) {
    const IntegerType from_one{.minimum = 1};
    BOOST_TEST(code_of(from_one, "1") == "");
    BOOST_TEST(parse_value(from_one, "0").expected == "a whole number of at least 1");
    const DurationType from_1ms{.minimum = 1ms};
    BOOST_TEST(code_of(from_1ms, "1ms") == "");
    BOOST_TEST(code_of(from_1ms, "1us") == "below_min");
    BOOST_TEST(
        parse_value(from_1ms, "-1").expected ==
        "a duration of at least 1ms, in seconds or with a unit, such as 1, 0.5, 500ms, 2s or "
        "1m");
    BOOST_TEST(code_of(DurationType{}, "infinity") == "not_duration");
    const DurationType endless{.accepts_infinity = true};
    BOOST_TEST((value_of<nanoseconds>(endless, "infinity") == nanoseconds::max()));
}

BOOST_AUTO_TEST_CASE(a_number_that_does_not_fit_is_reported_as_too_large) {
    const DurationType duration{.minimum = std::chrono::nanoseconds{1}};
    for (const char* text : {"99999999999999999999", "9223372037s", "106752d", "2562047h48m"}) {
        BOOST_TEST(parse_value(duration, text).fault == "is too large", text);
        BOOST_TEST(parse_value(duration, text).expected == "a duration of at most 106751d", text);
        BOOST_TEST(code_of(duration, text) == "above_max", text);
    }
    // The rest is not a duration: that counts.
    BOOST_TEST(code_of(duration, "99999999999999999999h soon") == "not_duration");
    BOOST_TEST(parse_value(IntegerType{1}, "99999999999999999999").fault == "is too large");
    BOOST_TEST(parse_value(IntegerType{}, "-99999999999999999999").fault == "is out of range");
    BOOST_TEST(parse_value(FloatType{}, "1e400").fault == "is out of range");
    BOOST_TEST(parse_value(IntegerType{}, "x").fault.empty());
    BOOST_TEST(code_of(PortType{}, "99999999999999999999") == "not_int");
}

BOOST_AUTO_TEST_CASE(a_choice_that_ignores_case_gives_the_word_as_it_is_declared) {
    const ChoiceType colour{{"Red", "green"}, true};
    BOOST_TEST(value_of<std::string>(colour, "rED") == "Red");
    BOOST_TEST(value_of<std::string>(colour, "GREEN") == "green");
    BOOST_TEST(code_of(colour, "gree") == "not_a_choice");
    BOOST_TEST(std::get<std::string>(value_of<Items>(ListType{colour}, "red,Green")[1]) == "green");
    BOOST_TEST(code_of(ChoiceType{{"Red"}}, "red") == "not_a_choice");
}

BOOST_AUTO_TEST_CASE(lists_are_split_at_commas_as_oslo_does_it) {
    const auto texts = [](const char* text) {
        std::string shown;
        for (const Item& item : value_of<Items>(ListType{}, text)) {
            shown += '<' + std::get<std::string>(item) + '>';
        }
        return shown;
    };
    BOOST_TEST(texts("a, b ,c") == "<a><b><c>");
    BOOST_TEST(texts("") == "");
    BOOST_TEST(texts(",,") == "");
    BOOST_TEST(texts(",a,,b,,") == "<><a><><b>");
    const auto numbers = value_of<Items>(ListType{IntegerType{}}, "1,,2");
    BOOST_TEST(numbers.size() == 3U);
    BOOST_TEST(numbers[1].index() == 0U);
    BOOST_TEST(code_of(ListType{IntegerType{}}, "x,1") == "not_int");
    BOOST_TEST(parse_value(ListType{IntegerType{}}, "x").expected ==
               "a list of which each item is a whole number");
}

BOOST_AUTO_TEST_CASE(a_choice_with_a_comma_in_it_can_be_an_item) {
    const ListType list{ChoiceType{{"a", "b,c"}}};
    BOOST_TEST(value_of<Items>(list, "a,b,c,a").size() == 3U);
    BOOST_TEST(code_of(list, "a,b,a") == "not_a_choice");
}

BOOST_AUTO_TEST_CASE(a_value_is_written_so_that_it_is_read_again) {
    const struct {
        OptionType type;
        const char* text;
    } table[] = {{IntegerType{}, "-5"},      {FloatType{}, "0.1"},
                 {FloatType{}, "1e+300"},    {BooleanType{}, "true"},
                 {DurationType{}, "1500us"}, {DurationType{.accepts_infinity = true}, "infinity"},
                 {ListType{}, "a,b"},        {ListType{IntegerType{}}, "1,,2"},
                 {TextType{}, "any thing"}};
    for (const auto& [type, text] : table) {
        const auto texts = to_texts(type, parse_value(type, text).value);
        BOOST_TEST(texts == std::vector<std::string>{text}, boost::test_tools::per_element());
    }
    BOOST_TEST(to_texts(IntegerType{}, {}).empty());
    const OptionValue several = Items{std::int64_t{1}, std::int64_t{2}};
    BOOST_TEST(to_texts(MultiType{IntegerType{}}, several).size() == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
