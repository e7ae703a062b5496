// Names that options had before.
#include <loopingcall/config/command_line.hpp>

#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g",
     .name = "new",
     .type = IntegerType{},
     .default_value = "7",
     .deprecated_names = {{.name = "old"}, {.name = "older", .group = "og"}}},
    {.group = "g", .name = "many", .type = MultiType{}, .deprecated_names = {{.name = "many_old"}}},
    {.group = "g",
     .name = "gone",
     .type = IntegerType{},
     .default_value = "1",
     .deprecated_for_removal = true,
     .deprecated_reason = "Nothing reads it."},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(deprecated, test::Loaded)

BOOST_AUTO_TEST_CASE(an_old_name_sets_the_option_with_a_warning_for_each_use) {
    const Config loaded = load(table, "[g]\nold = 5\n[og]\nolder = 6\n");
    BOOST_TEST(loaded.get<std::int64_t>("g.new") == 5);
    BOOST_TEST(problems(loaded) ==
               "a.conf:2:1: warning: old: is deprecated; use new of [g]\n"
               "a.conf:4:1: warning: older: is deprecated; use new of [g]\n");
}

BOOST_AUTO_TEST_CASE(within_a_file_the_new_name_wins_and_a_later_file_overrides_an_earlier_one) {
    BOOST_TEST(load(table, "[g]\nnew = 6\nold = 5\n").get<std::int64_t>("g.new") == 6);
    const auto one = scratch.file("1.conf", "[g]\nnew = 1\n");
    const auto two = scratch.file("2.conf", "[g]\nold = 2\n");
    const Config loaded = Config::load(table, {.files = {one, two}});
    BOOST_TEST(loaded.get<std::int64_t>("g.new") == 2);
}

BOOST_AUTO_TEST_CASE(several_values_are_joined_those_of_the_old_name_first) {
    const Config loaded = load(table, "[g]\nmany = n\nmany_old = o\n");
    BOOST_TEST(
        loaded.get<std::vector<std::string>>("g.many") == (std::vector<std::string>{"o", "n"}),
        boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_option_that_will_be_removed_is_reported_with_its_reason_if_set) {
    BOOST_TEST(problems(load(table, "[g]\n")) == "");
    BOOST_TEST(problems(load(table, "[g]\ngone = 2\n")) ==
               "a.conf:2:1: warning: gone: is deprecated, and will be ignored in the future: "
               "Nothing reads it.\n");
}

BOOST_AUTO_TEST_CASE(the_environment_does_not_know_old_names_and_the_command_line_does) {
    variables["OS_G__OLD"] = "8";
    BOOST_TEST(load(table, "").get<std::int64_t>("g.new") == 7);
    for (const auto& [flag, value] : {std::pair{"--old", 5}, {"--og-older", 6}, {"--g-new", 7}}) {
        const auto line = parse_command_line({flag, std::to_string(value)}, table, {});
        BOOST_TEST(line.errors.empty());
        const Config loaded = Config::load(table, {.flags = line.options});
        BOOST_TEST(loaded.get<std::int64_t>("g.new") == value);
        BOOST_TEST(loaded.diagnostics().empty() == (value == 7));
    }
}

BOOST_AUTO_TEST_SUITE_END()
