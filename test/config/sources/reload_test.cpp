#include "config/loaded.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g", .name = "x", .type = IntegerType{}, .default_value = "7", .is_mutable = true},
    {.group = "g", .name = "y", .type = IntegerType{}, .default_value = "8"},
    {.group = "g", .name = "s", .type = TextType{}, .secret = true, .is_mutable = true},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(reload, test::Loaded)

BOOST_AUTO_TEST_CASE(a_reload_changes_mutable_options_and_reports_the_rest) {
    Config config = load(table, "[g]\nx = 1\ny = 1\ns = hunter1\n");
    (void)scratch.file("a.conf", "\n[g]\nx = 2\ny = 2\ns = hunter2\n");
    const Reloaded reloaded = config.reload();
    BOOST_TEST(reloaded.adopted);
    BOOST_TEST(config.get<std::int64_t>("g.x") == 2);
    BOOST_TEST(config.get<std::int64_t>("g.y") == 1);
    BOOST_TEST(config.get<std::string>("g.s") == "hunter2");
    std::string told;
    for (const Change& change : reloaded.changes) {
        told += change.key + ' ' + change.before + ' ' + change.after +
                (change.adopted ? " adopted\n" : "\n");
    }
    BOOST_TEST(told == "g.x 1 2 adopted\ng.y 1 2\ng.s **** **** adopted\n");
    BOOST_TEST(config.setting("g.x").origin.location.line == 3U);
    BOOST_TEST(config.reload().changes.size() == 1U);  // y, which still waits for a new start
}

BOOST_AUTO_TEST_CASE(a_reload_with_an_error_changes_no_value) {
    Config config = load(table, "[g]\nx = 1\ns = hunter1\n");
    for (const char* bad : {"[g]\nx = zz\ns = hunter2\n", "[g\nx = 2\n", "[g]\nx = \xFF\n"}) {
        (void)scratch.file("a.conf", bad);
        const Reloaded reloaded = config.reload();
        BOOST_TEST(!reloaded.adopted);
        BOOST_TEST(reloaded.changes.empty());
        BOOST_TEST(reloaded.diagnostics.size() >= 1U);
        BOOST_TEST(config.get<std::int64_t>("g.x") == 1);
        BOOST_TEST(config.get<std::string>("g.s") == "hunter1");
    }
    std::filesystem::remove(scratch.path() / "a.conf");
    BOOST_TEST(!config.reload().adopted);
    BOOST_TEST(config.get<std::int64_t>("g.x") == 1);
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_set_has_its_default) {
    Config config = load(table, "[g]\nx = 1\n");
    (void)scratch.file("a.conf", "[g]\n");
    const Reloaded reloaded = config.reload();
    BOOST_REQUIRE(reloaded.changes.size() == 1U);
    BOOST_TEST(reloaded.changes[0].after == "7");
    BOOST_TEST(config.get<std::int64_t>("g.x") == 7);
}

BOOST_AUTO_TEST_SUITE_END()
