// `$name` in values.
#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g", .name = "x", .type = TextType{}},
    {.group = "g", .name = "y", .type = TextType{}},
    {.group = "g", .name = "n", .type = IntegerType{}, .default_value = "7"},
    {.group = "g", .name = "s", .type = TextType{}, .secret = true},
    {.group = "g", .name = "many", .type = MultiType{}},
    {.group = "DEFAULT", .name = "host", .type = TextType{}, .default_value = "h0"},
    {.group = "DEFAULT", .name = "x", .type = TextType{}, .default_value = "outer"},
    {.group = "k", .name = "other", .type = ListType{IntegerType{}}, .default_value = "1,2"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(substitution, test::Loaded)

BOOST_AUTO_TEST_CASE(a_name_is_searched_in_its_group_and_then_in_default) {
    const Config loaded = load(table, "[g]\nx = ${y}-$host-${k.other}-$$-$n\ny = $x2$\n");
    BOOST_TEST(problems(loaded) ==
               "a.conf:2:5: x: refers to g.y, which has no proper value\n"
               "a.conf:3:5: y: refers to x2, and there is no such option in [g] or [DEFAULT]; "
               "write $$ for a dollar sign\n");
    const Config good = load(table, "[g]\nx = ${y}-$host-${k.other}-$$-$n\ny = why$\n");
    BOOST_TEST(problems(good) == "");
    BOOST_TEST(good.get<std::string>("g.x") == "why$-h0-1,2-$-7");
}

BOOST_AUTO_TEST_CASE(what_an_option_without_a_value_stands_for_is_empty) {
    const Config loaded = load(table, "[g]\nx = <$y>\n");
    BOOST_TEST(loaded.get<std::string>("g.x") == "<>");
}

BOOST_AUTO_TEST_CASE(a_cycle_is_named_and_every_option_of_it_has_its_default) {
    const Config loaded = load(table, "[g]\nx = $y\ny = a${x}\nn = $n\n");
    BOOST_TEST(problems(loaded) ==
               "a.conf:2:5: x: refers to itself: g.x -> g.y -> g.x\n"
               "a.conf:3:5: y: refers to itself: g.x -> g.y -> g.x\n"
               "a.conf:4:5: n: refers to itself: g.n -> g.n\n");
    BOOST_TEST(!loaded.get_optional<std::string>("g.x"));
    BOOST_TEST(loaded.get<std::int64_t>("g.n") == 7);
}

BOOST_AUTO_TEST_CASE(a_group_and_an_option_of_default_by_its_group_are_refused_with_the_way_out) {
    const Config loaded = load(table, "[g]\nx = $k\ny = ${DEFAULT.host}\n");
    BOOST_TEST(
        problems(loaded) ==
        "a.conf:2:5: x: refers to k, which is a group; write ${k.option}\n"
        "a.conf:3:5: y: refers to DEFAULT.host, and there is no such option; write $host for "
        "one of DEFAULT\n");
}

BOOST_AUTO_TEST_CASE(a_group_that_does_not_exist_is_named) {
    const std::pair<const char*, const char*> texts[] = {
        {"${nogrp.x}", "nogrp.x: no such group [nogrp]; write $$ for a dollar sign"},
        {"$nogrp.x", "nogrp.x: no such group [nogrp]; write $$ for a dollar sign"},
        {"$host.x", "host.x: no such group [host]; write ${host}.x for the option host"},
        {"${y.a.b}", "y.a.b: no such group [y]; write ${y}.a.b for the option y"},
        {"${K.other}", "K.other: no such group [K]; write $$ for a dollar sign"}};
    for (const auto& [text, told] : texts) {
        const Config loaded = load(table, "[g]\nx = " + std::string(text) + "\n");
        BOOST_TEST(problems(loaded) == "a.conf:2:5: x: refers to " + std::string(told) + "\n");
        BOOST_TEST(loaded.diagnostics()[0].code == "subst_no_such_group");
    }
    const Config loaded = load(table, "[g]\nx = ${k.nosuch}\n");
    BOOST_TEST(loaded.diagnostics()[0].code == "subst_no_such_option");
}

BOOST_AUTO_TEST_CASE(what_comes_of_it_is_checked) {
    const Config loaded = load(table, "[g]\nn = 1$y\ny = x\n");
    BOOST_TEST(problems(loaded) ==
               "a.conf:2:5: n: invalid value \"1x\": expected a whole number\n");
    BOOST_TEST(load(table, "[g]\nn = 1$y\ny = 2\n").get<std::int64_t>("g.n") == 12);
}

BOOST_AUTO_TEST_CASE(what_a_secret_is_part_of_is_secret) {
    const Config loaded = load(table, "[g]\ns = hunter2\nx = a$s\ny = $x\nn = $s\n");
    BOOST_TEST(loaded.get<std::string>("g.y") == "ahunter2");
    BOOST_TEST(loaded.setting("g.y").secret);
    BOOST_TEST(!loaded.setting("g.many").secret);
    BOOST_TEST(problems(loaded) == "a.conf:5:5: n: invalid value: expected a whole number\n");
}

BOOST_AUTO_TEST_CASE(values_that_double_each_other_are_refused_before_memory_ends) {
    OptionTable laughs;
    std::string ini = "[g]\nx0 = ha\n";
    for (int i = 0; i < 60; ++i) {
        const std::string number = std::to_string(i);
        laughs.push_back({.group = "g", .name = "x" + number, .type = TextType{}});
        if (i == 0) continue;
        const std::string before = "$x" + std::to_string(i - 1);
        ini += "x" + number + " = " + before + before + "\n";
    }
    const Config loaded = load(laughs, ini);
    BOOST_TEST(loaded.diagnostics().size() == 40U);
    BOOST_TEST(loaded.diagnostics().front().code == "subst_too_long");
    BOOST_TEST(loaded.get<std::string>("g.x19").size() == 2U << 19U);
}

BOOST_AUTO_TEST_CASE(a_chain_may_be_as_long_as_the_table) {
    constexpr int length = 20'000;
    OptionTable chain;
    std::string ini = "[g]\n";
    for (int i = 0; i < length; ++i) {
        const std::string name = "x" + std::to_string(i);
        chain.push_back({.group = "g", .name = name, .type = TextType{}});
        ini += name + " = " + (i + 1 < length ? "$x" + std::to_string(i + 1) : "end") + "\n";
    }
    BOOST_TEST(load(chain, ini).get<std::string>("g.x0") == "end");
}

BOOST_AUTO_TEST_SUITE_END()
