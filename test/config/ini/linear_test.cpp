// No input makes the reader slower than linear: of ten times the input, the time is compared.
#include <algorithm>
#include <ctime>
#include <functional>
#include <loopingcall/config/duration.hpp>

#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g", .name = "x", .type = TextType{}},
    {.group = "g", .name = "l", .type = ListType{IntegerType{}}},
    {.group = "g", .name = "c", .type = ListType{ChoiceType{{"a", "b,c"}}}},
    {.group = "g", .name = "m", .type = MultiType{}},
};

std::string repeated(const std::string& text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

std::string numbered(const std::string& before, const std::string& after, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += before + std::to_string(i) + after;
    return all;
}

/// Of this thread alone: others use the machine, too.
double cpu_seconds() {
    timespec used{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

/// The best of a few.
double seconds_of(const std::function<void()>& work) {
    double best = 1e9;
    for (int i = 0; i < 3; ++i) {
        const double begun = cpu_seconds();
        work();
        best = std::min(best, cpu_seconds() - begun);
    }
    return best;
}

struct Linear : test::Loaded {
    double seconds(const std::string& text) const {
        return seconds_of([&] { (void)load(table, text); });
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(linear, Linear)

BOOST_AUTO_TEST_CASE(ten_times_the_input_takes_not_much_more_than_ten_times_as_long) {
    const std::pair<const char*, std::function<std::string(std::size_t)>> inputs[] = {
        {"long line", [](std::size_t n) { return "[g]\nx = " + repeated("ab", 20 * n) + "\n"; }},
        {"duplicates", [](std::size_t n) { return "[g]\n" + repeated("x = 1\n", n); }},
        {"many values", [](std::size_t n) { return "[g]\n" + repeated("m = 1\n", n); }},
        {"continued", [](std::size_t n) { return "[g]\nx = 1\n" + repeated(" 2\n", n); }},
        {"continued, suspicious",
         [](std::size_t n) { return "[g]\nx = 1\n" + repeated(" y = 2\n", n); }},
        {"sections", [](std::size_t n) { return numbered("[s", "]\nx = 1\n", n); }},
        {"one section again", [](std::size_t n) { return repeated("[g]\nx = 1\n", n); }},
        {"unknown keys", [](std::size_t n) { return "[g]\n" + numbered("k", " = 1\n", n / 4); }},
        {"wrong lines", [](std::size_t n) { return repeated("oops\n", n); }},
        {"references", [](std::size_t n) { return "[g]\nx = " + repeated("$l", n) + "\n"; }},
        {"dollars", [](std::size_t n) { return "[g]\nx = " + repeated("${", n) + "\n"; }},
        {"list", [](std::size_t n) { return "[g]\nl = 1" + repeated(",1", n) + "\n"; }},
        {"bad list", [](std::size_t n) { return "[g]\nl = 1" + repeated(",x", n) + "\n"; }},
        {"list of choices",
         [](std::size_t n) { return "[g]\nc = a" + repeated(",b,c", n) + "\n"; }},
        {"commas", [](std::size_t n) { return "[g]\nl = " + repeated(",", n) + "1\n"; }},
        {"quoted list",
         [](std::size_t n) { return "[g]\nl = \"1\"" + repeated(",\"1\"", n) + "\n"; }},
    };
    constexpr std::size_t size = 4'000;
    for (const auto& [name, input] : inputs) {
        const double small = seconds(input(size));
        const double large = seconds(input(10 * size));
        BOOST_TEST_MESSAGE(name << ": " << large / small << " (" << 1e3 * large << " ms)");
        BOOST_TEST(large < 40 * small + 0.02, name);  // quadratic: 100
    }
}

BOOST_AUTO_TEST_CASE(so_does_a_duration) {
    const auto seconds = [](std::size_t digits) {
        const std::string text = '0' + std::string(digits, '0') + "1.0" + std::string(digits, '0');
        return seconds_of([&] { BOOST_TEST(parse_duration(text).has_value()); });
    };
    BOOST_TEST(seconds(1'000'000) < 40 * seconds(100'000) + 0.02);
}

BOOST_AUTO_TEST_SUITE_END()
