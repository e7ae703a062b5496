// Where values come from, and which one wins.
#include <unistd.h>
#include <loopingcall/config/command_line.hpp>

#include "config/loaded.hpp"
#include "support/forked.hpp"

using namespace loopingcall::config;

namespace {

using Kind = FileSource::Kind;

const OptionTable table{
    {.group = "g", .name = "x", .type = IntegerType{}, .default_value = "7"},
    {.group = "g", .name = "many", .type = MultiType{}},
    {.group = "DEFAULT", .name = "check-y", .type = TextType{}, .default_value = "d"},
};

std::string origin_of(const Config& config, const char* key) {
    return to_string(config.setting(key).origin);
}

std::string many_of(const Config& config) {
    std::string all;
    for (const auto& text : config.get<std::vector<std::string>>("g.many")) all += text;
    return all;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(sources, test::Loaded)

BOOST_AUTO_TEST_CASE(
    what_is_set_in_code_beats_a_flag_that_the_environment_that_a_file_that_the_default) {
    const auto file = scratch.file("a.conf", "[g]\nx = 1\n");
    Sources sources{.environment = environment(), .defaults = {{"g.x", "55"}}};
    const auto value = [&] { return Config::load(table, sources).get<std::int64_t>("g.x"); };
    const auto from = [&] { return origin_of(Config::load(table, sources), "g.x"); };
    BOOST_TEST(value() == 55);
    BOOST_TEST(from() == "default");
    sources.files = {file};
    BOOST_TEST(value() == 1);
    BOOST_TEST(from() == file.string() + ":2");
    variables["OS_G__X"] = "8";
    BOOST_TEST(value() == 8);
    BOOST_TEST(from() == "environment OS_G__X");
    sources.flags = {{"g.x", "--g-x", "9"}};
    BOOST_TEST(value() == 9);
    BOOST_TEST(from() == "flag --g-x");
    sources.overrides = {{"g.x", "77"}};
    BOOST_TEST(value() == 77);
    BOOST_TEST(from() == "code");

    std::string beaten;
    const Config loaded = Config::load(table, sources);
    for (const auto& one : loaded.setting("g.x").overridden) {
        beaten += one.text + " ";
    }
    BOOST_TEST(beaten == "1 8 9 ");
}

BOOST_AUTO_TEST_CASE(an_overridden_value_may_be_invalid_and_only_the_one_in_effect_is_reported) {
    const auto file = scratch.file("a.conf", "[g]\nx = zz\n");
    variables["OS_G__X"] = "yy";
    const Config loaded = Config::load(table, {.files = {file}, .environment = environment()});
    BOOST_TEST(problems(loaded) == "OS_G__X: invalid value \"yy\": expected a whole number\n");
    const Config flagged = Config::load(
        table, {.files = {file}, .environment = environment(), .flags = {{"g.x", "-x", "3"}}});
    BOOST_TEST(problems(flagged) == "");
}

BOOST_AUTO_TEST_CASE(the_environment_has_names_in_upper_case_with_two_underscores) {
    variables = {
        {"OS_G_X", "1"}, {"os_g__x", "2"}, {"OS_DEFAULT__CHECK_Y", "e"}, {"OS_G__NO", "3"}};
    const Config loaded = Config::load(table, {.environment = environment()});
    BOOST_TEST(loaded.get<std::int64_t>("g.x") == 7);
    BOOST_TEST(loaded.get<std::string>("DEFAULT.check_y") == "e");
    BOOST_TEST(problems(loaded) == "");
    BOOST_TEST(variable_of(table[2]) == "OS_DEFAULT__CHECK_Y");
}

BOOST_AUTO_TEST_CASE(values_of_files_and_flags_are_joined_and_the_environment_replaces_files) {
    const auto one = scratch.file("1.conf", "[g]\nmany = a\nmany = b\n");
    const auto two = scratch.file("2.conf", "[g]\nmany = c\n");
    Sources sources{.files = {one, two}, .environment = environment()};
    const auto many = [&] { return many_of(Config::load(table, sources)); };
    BOOST_TEST(many() == "abc");
    variables["OS_G__MANY"] = "x,y";
    BOOST_TEST(many() == "x,y");
    sources.flags = {{"g.many", "--m", "p"}, {"g.many", "--m", "q"}};
    BOOST_TEST(many() == "abcpq");
    const Config config = Config::load(table, sources);
    BOOST_TEST(origin_of(config, "g.many") == "flag --m");
    BOOST_REQUIRE(config.setting("g.many").overridden.size() == 1U);
    BOOST_TEST(config.setting("g.many").overridden[0].text == "x,y");
    sources.overrides = {{"g.many", "z"}};
    BOOST_TEST(many() == "z");
}

BOOST_AUTO_TEST_CASE(values_of_files_and_flags_are_in_the_order_of_the_command_line) {
    const auto one = scratch.file("1.conf", "[g]\nmany = a\nmany = b\n").string();
    std::filesystem::create_directories(scratch.path() / "d");
    (void)scratch.file("d/2.conf", "[g]\nmany = c\n");
    (void)scratch.file("d/3.conf", "[g]\nmany = d\n");
    const std::string dir = (scratch.path() / "d").string();
    variables = {{"HOME", scratch.path().string()}};
    (void)scratch.file("p.conf", "[g]\nmany = 0\n");
    std::filesystem::create_directories(scratch.path() / "p.conf.d");
    (void)scratch.file("p.conf.d/1.conf", "[g]\nmany = 1\n");
    const auto many = [&](std::vector<std::string> arguments) {
        boost::program_options::options_description own;
        describe_file_flags(own);
        const auto line = parse_command_line(std::move(arguments), table, own);
        return many_of(Config::load(table, sources_of(line, "p", "p", environment())));
    };
    BOOST_TEST(many({}) == "01");
    BOOST_TEST(many({"--g-many", "p"}) == "01p");
    BOOST_TEST(many({"--g-many", "p", "--config-file", one}) == "1pab");
    BOOST_TEST(many({"--config-file", one, "--g-many", "p"}) == "1abp");
    BOOST_TEST(many({"--g-many=p", "--config-file", one, "--g-many=q", "--config-dir", dir,
                     "--g-many=r"}) == "pabqcdr");
    BOOST_TEST(many({"--config-dir", dir, "--g-x", "5", "--g-many=r", "--config-file", one}) ==
               "cdrab");
}

BOOST_AUTO_TEST_CASE(a_directory_gives_its_conf_files_sorted_as_text) {
    const auto dir = scratch.path() / "d";
    std::filesystem::create_directories(dir / "sub.conf");
    for (const char* name : {"10", "20", "9", ".hidden"}) {
        (void)scratch.file(std::string("d/") + name + ".conf",
                           "[g]\nmany = " + std::string(name) + "\n");
    }
    (void)scratch.file("d/note.txt", "no ini file");
    const Config loaded =
        Config::load(table, {.files = {{dir, Kind::directory}}, .environment = environment()});
    BOOST_TEST(problems(loaded) == "");
    BOOST_TEST(loaded.get<std::vector<std::string>>("g.many") ==
                   (std::vector<std::string>{"10", "20", "9"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_reported_unless_it_may_be_missing) {
    const auto file = scratch.file("a.conf");
    const Config loaded =
        Config::load(table, {.files = {scratch.path() / "no.conf",
                                       {scratch.path() / "none", Kind::directory},
                                       {scratch.path() / "none", Kind::directory, true},
                                       {file, Kind::directory},
                                       scratch.path()},
                             .environment = environment()});
    const std::string directory = scratch.path().string();
    BOOST_TEST(problems(loaded) ==
               "no.conf: cannot be opened: No such file or directory\n"
               "none: cannot be opened: No such file or directory\n"
               "a.conf: is a file, not a directory of them; give it with --config-file\n" +
                   directory +
                   ": is a directory, not a configuration file; give it with --config-dir\n");
}

BOOST_AUTO_TEST_CASE(a_file_without_read_permission_is_reported) {
    const auto file = scratch.file("a.conf", "[g]\nx = 1\n");
    std::filesystem::permissions(file, std::filesystem::perms::none);
    std::filesystem::permissions(scratch.path(), std::filesystem::perms::all);
    BOOST_TEST(test::in_forked_child([&] {
                   test::become_nobody();
                   const Config loaded = Config::load(table, {.files = {file}});
                   return problems(loaded) == "a.conf: cannot be opened: Permission denied\n" ? 0
                                                                                              : 1;
               }) == 0);
}

BOOST_AUTO_TEST_CASE(what_never_ends_is_refused) {
    const Config loaded = Config::load(table, {.files = {"/dev/zero"}});
    BOOST_TEST(problems(loaded) == "/dev/zero: is larger than 64 MiB\n");
}

BOOST_AUTO_TEST_CASE(a_tilde_is_the_home_directory) {
    (void)scratch.file("a.conf", "[g]\nx = 3\n");
    variables["HOME"] = scratch.path().string();
    const Config loaded =
        Config::load(table, {.files = {"~/a.conf"}, .environment = environment()});
    BOOST_TEST(loaded.get<std::int64_t>("g.x") == 3);
}

BOOST_AUTO_TEST_CASE(the_default_files_are_the_first_of_project_and_of_program) {
    std::filesystem::create_directories(scratch.path() / ".project");
    std::filesystem::create_directories(scratch.path() / "snap/etc/project/program.conf.d");
    (void)scratch.file(".project/project.conf");
    (void)scratch.file("project.conf");
    (void)scratch.file("program.conf");
    variables = {{"HOME", scratch.path().string()}, {"SNAP", (scratch.path() / "snap").string()}};
    const auto files = find_config_files("project", "program", environment());
    BOOST_REQUIRE(files.size() == 2U);
    BOOST_TEST(files[0].path == scratch.path() / ".project/project.conf");
    BOOST_TEST(files[1].path == scratch.path() / "program.conf");
    const auto dirs = find_config_dirs("project", "program", environment());
    BOOST_REQUIRE(dirs.size() == 1U);
    BOOST_TEST(dirs[0].path == scratch.path() / "snap/etc/project/program.conf.d");
}

BOOST_AUTO_TEST_CASE(a_named_file_switches_default_files_off_and_not_default_directories) {
    std::filesystem::create_directories(scratch.path() / "p.conf.d");
    (void)scratch.file("p.conf");
    variables = {{"HOME", scratch.path().string()}};
    const auto given = [&](const std::vector<std::string>& arguments) {
        boost::program_options::options_description own;
        describe_file_flags(own);
        std::string names;
        const auto line = parse_command_line(arguments, table, own);
        for (const auto& file : sources_of(line, "p", "p", environment()).files) {
            names += file.path.filename().string() + ' ';
        }
        return names;
    };
    BOOST_TEST(given({}) == "p.conf p.conf.d ");
    BOOST_TEST(given({"--config-file", "a"}) == "p.conf.d a ");
    BOOST_TEST(given({"--config-dir=b"}) == "p.conf b ");
    BOOST_TEST(given({"--config_dir", "b", "--config-file", "a"}) == "b a ");
    BOOST_TEST(given({"--no-default-config", "--config-file", "a"}) == "a ");
}

BOOST_AUTO_TEST_SUITE_END()
