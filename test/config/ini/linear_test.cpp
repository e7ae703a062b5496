// No input makes the reader slower than linear: of ten times the input, the time is compared.
#include <algorithm>
#include <ctime>
#include <functional>
#include <loopingcall/config/duration.hpp>
#include <utility>

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

constexpr int attempts = 3;

double seconds_once(const std::function<void()>& work) {
    const double begun = cpu_seconds();
    work();
    return cpu_seconds() - begun;
}

/// The best of a few.
double seconds_of(const std::function<void()>& work) {
    double best = 1e9;
    for (int i = 0; i < attempts; ++i) best = std::min(best, seconds_once(work));
    return best;
}

/// Whether the best of a few is below `limit`, which the first shows if it is; and the best so far.
std::pair<bool, double> stays_below(double limit, const std::function<void()>& work) {
    double best = 1e9;
    for (int i = 0; i < attempts && best >= limit; ++i) best = std::min(best, seconds_once(work));
    return {best < limit, best};
}

/// For ten times the input. Quadratic time would be 100 times as long.
double limit_of_ten_times(double small) { return 40 * small + 0.02; }

struct Linear : test::Loaded {
    auto loading(std::string text) const {
        return [this, text = std::move(text)] { (void)load(table, text); };
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
        const double small = seconds_of(loading(input(size)));
        const auto [linear, large] =
            stays_below(limit_of_ten_times(small), loading(input(10 * size)));
        BOOST_TEST_MESSAGE(name << ": " << large / small << " (" << 1e3 * large << " ms)");
        BOOST_TEST(linear, name);
    }
}

BOOST_AUTO_TEST_CASE(so_does_a_duration) {
    const auto parsing = [](std::size_t digits) {
        return [text = '0' + std::string(digits, '0') + "1.0" + std::string(digits, '0')] {
            BOOST_TEST(parse_duration(text).has_value());
        };
    };
    const double small = seconds_of(parsing(100'000));
    BOOST_TEST(stays_below(limit_of_ten_times(small), parsing(1'000'000)).first);
}

BOOST_AUTO_TEST_SUITE_END()
