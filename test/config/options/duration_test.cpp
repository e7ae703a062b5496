#include <boost/test/unit_test.hpp>
#include <loopingcall/config/duration.hpp>
#include <loopingcall/config/types.hpp>

using namespace loopingcall::config;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(duration)

BOOST_AUTO_TEST_CASE(seconds_and_units_are_read_exactly) {
    const struct {
        const char* text;
        std::chrono::nanoseconds expected;
    } table[] = {
        {"1", 1s},
        {"0", 0s},
        {"0.5", 500ms},
        {".5", 500ms},
        {"1.", 1s},
        {"500ms", 500ms},
        {"2s", 2s},
        {"1m", 60s},
        {"1.5m", 90s},
        {"2h", 2h},
        {"0.25h", 15min},
        {"7us", 7us},
        {"9ns", 9ns},
        {"0.1", 100ms},
        {"0.000000001", 1ns},
        {"007", 7s},
        {"1.500000000000", 1500ms},
        {"9223372036s", 9223372036s},
        {"1d", 24h},
        {"2w", 336h},
        {"1h30m", 90min},
        {"1h 30min", 90min},
        {"1d 12 h", 36h},
        {"10min", 10min},
        {"2 s", 2s},
        {"1 s", 1s},
        {"1\tms", 1ms},
        {"1.5h 0.5m", 90min + 30s},
        {"1m 500ms", 60s + 500ms},
        {"3 hours", 3h},
        {"2sec", 2s},
        {"5msec", 5ms},
        {"5\u00b5s", 5us},
        {"5usec", 5us},
    };
    for (const auto& [text, expected] : table) {
        BOOST_TEST_CONTEXT(text) {
            const auto value = parse_duration(text);
            BOOST_REQUIRE(value.has_value());
            BOOST_TEST(value->count() == expected.count());
        }
    }
}

BOOST_AUTO_TEST_CASE(text_that_is_not_a_duration_is_refused) {
    for (const char* text : {"",
                             ".",
                             "s",
                             "-1",
                             "+1",
                             "soon",
                             "1s ",
                             "1 ",
                             "s1",
                             "1h30",
                             "1m 30",
                             "30s1m",
                             "1h1h",
                             "1 h m",
                             "1h,30m",
                             "1M",
                             "-1h",
                             "1h-30m",
                             "1y",
                             " 1",
                             "1x",
                             "1mss",
                             "0x10",
                             "1e3",
                             "nan",
                             "inf",
                             "1,5",
                             "1.5.5",
                             "0.5ns",
                             "0.0000000001",
                             "9223372037s",
                             "99999999999999999999",
                             "2562048h",
                             "106752d",
                             "106751d 24h",
                             "0.3333333333333m"}) {
        BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_duration(text).has_value()); }
    }
}

BOOST_AUTO_TEST_CASE(a_formatted_duration_is_read_as_itself) {
    const struct {
        std::chrono::nanoseconds duration;
        const char* text;
    } table[] = {{0s, "0s"},       {1s, "1s"},         {90s, "90s"}, {60s, "1m"},
                 {500ms, "500ms"}, {1500ms, "1500ms"}, {2h, "2h"},   {1ns, "1ns"}};
    for (const auto& [duration, text] : table) {
        BOOST_TEST(format_duration(duration) == text);
        BOOST_TEST(parse_duration(text)->count() == duration.count());
    }
}

BOOST_AUTO_TEST_CASE(any_duration_is_formatted_and_none_overflows) {
    const std::string longest = format_duration(std::chrono::nanoseconds::max());
    BOOST_TEST(format_duration(std::chrono::seconds::max()) == longest);
    BOOST_TEST(format_duration(std::chrono::years::max()) == longest);
    BOOST_TEST(format_duration(std::chrono::duration<double>(0.25)) == "250ms");
    BOOST_TEST((DurationType{.minimum = std::chrono::duration<double>(0.5)}.minimum == 500ms));
}

BOOST_AUTO_TEST_SUITE_END()
