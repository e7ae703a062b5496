// Default files, when root reads them: the rights of others to write to them decide.
#include <sys/stat.h>
#include <unistd.h>

#include "config/loaded.hpp"
#include "support/forked.hpp"

using namespace loopingcall::config;

namespace {

const OptionTable table{
    {.group = "g", .name = "x", .type = IntegerType{}, .default_value = "7"},
    {.group = "DEFAULT", .name = "check-y", .type = TextType{}, .default_value = "d"},
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(untrusted, test::Loaded)

BOOST_AUTO_TEST_CASE(what_others_may_write_is_not_read_by_root_unless_it_is_named) {
    if (::geteuid() != 0) return;
    namespace fs = std::filesystem;
    variables = {{"HOME", scratch.path().string()}};
    fs::create_directories(scratch.path() / ".p");
    fs::create_directories(scratch.path() / "p.conf.d");
    const auto file = scratch.file(".p/p.conf", "[g]\nx = 3\n");
    const auto in_dir = scratch.file("p.conf.d/1.conf", "[DEFAULT]\ncheck_y = c\n");
    const auto told = [&] {
        const Config config = Config::load(
            table, {.files = find_config_files("p", "p", environment()), .environment = {}});
        BOOST_TEST(!config.has_errors());
        BOOST_TEST(config.get<std::int64_t>("g.x") == (problems(config).empty() ? 3 : 7));
        return problems(config);
    };
    const auto told_of_dir = [&] {
        const Config config = Config::load(
            table, {.files = find_config_dirs("p", "p", environment()), .environment = {}});
        return problems(config) + config.get<std::string>("DEFAULT.check_y");
    };
    const std::string not_read = ".p/p.conf: warning: is not read as root: ";
    const std::string way_out = "; name it with --config-file if it is to be\n";
    BOOST_TEST(told() == "");
    BOOST_TEST(told_of_dir() == "c");

    fs::permissions(file, fs::perms::group_write, fs::perm_options::add);
    BOOST_TEST(told() == not_read + "users other than root may write to it" + way_out);
    fs::permissions(file, fs::perms{0646});
    BOOST_TEST(told() == not_read + "users other than root may write to it" + way_out);
    fs::permissions(file, fs::perms{0644});
    BOOST_TEST(::chown(file.c_str(), 65534, 65534) == 0);
    BOOST_TEST(told() == not_read + "it belongs to the user 65534, not to root" + way_out);
    BOOST_TEST(problems(Config::load(table, {.files = {file}, .environment = {}})) == "");
    BOOST_TEST(::chown(file.c_str(), 0, 0) == 0);
    fs::permissions(scratch.path() / ".p", fs::perms{0777});
    BOOST_TEST(told() == not_read + "users other than root may replace it" + way_out);
    fs::permissions(scratch.path() / ".p", fs::perms{01777});
    BOOST_TEST(told() == "");
    BOOST_TEST(::chown((scratch.path() / ".p").c_str(), 65534, 65534) == 0);
    BOOST_TEST(told() ==
               not_read + "its directory belongs to the user 65534, not to root" + way_out);
    BOOST_TEST(::chown((scratch.path() / ".p").c_str(), 0, 0) == 0);
    fs::remove(file);
    fs::create_symlink(in_dir, file);
    BOOST_TEST(::lchown(file.c_str(), 65534, 65534) == 0);
    BOOST_TEST(told() == not_read + "it belongs to the user 65534, not to root" + way_out);

    fs::permissions(in_dir, fs::perms{0666});
    BOOST_TEST(told_of_dir() ==
               "p.conf.d/1.conf: warning: is not read as root: users other than root "
               "may write to it" +
                   way_out + "d");
    BOOST_TEST(::chown((scratch.path() / "p.conf.d").c_str(), 65534, 65534) == 0);
    BOOST_TEST(told_of_dir() ==
               "p.conf.d: warning: is not read as root: it belongs to the user 65534, not to root; "
               "name it with --config-dir if it is to be\nd");
}

BOOST_AUTO_TEST_CASE(a_pipe_without_a_writer_is_refused_unless_it_is_named) {
    namespace fs = std::filesystem;
    variables = {{"HOME", scratch.path().string()}};
    fs::create_directories(scratch.path() / ".p");
    fs::create_directories(scratch.path() / "p.conf.d");
    BOOST_REQUIRE(::mkfifo((scratch.path() / ".p" / "p.conf").c_str(), 0600) == 0);
    BOOST_REQUIRE(::mkfifo((scratch.path() / "p.conf.d" / "1.conf").c_str(), 0600) == 0);
    for (const auto& files :
         {find_config_files("p", "p", environment()), find_config_dirs("p", "p", environment())}) {
        const Config config = Config::load(table, {.files = files, .environment = {}});
        BOOST_TEST(config.has_errors());
        BOOST_TEST(problems(config).find("is a pipe") != std::string::npos, problems(config));
    }
}

BOOST_AUTO_TEST_CASE(permission_to_change_the_way_to_a_file_is_permission_to_change_the_file) {
    if (::geteuid() != 0) return;
    namespace fs = std::filesystem;
    fs::create_directories(scratch.path() / "open" / "home" / ".p");
    fs::create_directories(scratch.path() / "links");
    const fs::path file = scratch.file("open/home/.p/p.conf", "[g]\nx = 3\n");
    const auto told = [&](const fs::path& home) {
        variables = {{"HOME", home.string()}};
        return problems(Config::load(
            table, {.files = find_config_files("p", "p", environment()), .environment = {}}));
    };
    const fs::path home = scratch.path() / "open" / "home";
    BOOST_TEST(told(home) == "");

    fs::create_directory_symlink(home / ".p", scratch.path() / "links" / ".p");
    BOOST_TEST(told(scratch.path() / "links") == "");
    BOOST_TEST(::lchown((scratch.path() / "links" / ".p").c_str(), 65534, 65534) == 0);
    BOOST_TEST(told(scratch.path() / "links").find("belongs to the user 65534") !=
               std::string::npos);

    fs::permissions(scratch.path() / "open", fs::perms{01777});
    BOOST_TEST(told(home) == "");
    fs::permissions(scratch.path() / "open", fs::perms{0777});
    BOOST_TEST(told(home).find("users other than root may replace what is in the directory ") !=
               std::string::npos);
    fs::permissions(scratch.path() / "open", fs::perms{0755});
    BOOST_TEST(::chown((scratch.path() / "open").c_str(), 65534, 65534) == 0);
    BOOST_TEST(told(home).find("the directory open belongs to the user 65534, not to root") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_reads_any_file_that_is_found) {
    const auto file = scratch.file("p.conf", "[g]\nx = 3\n");
    std::filesystem::permissions(file, std::filesystem::perms{0666});
    std::filesystem::permissions(scratch.path(), std::filesystem::perms{0777});
    variables = {{"HOME", scratch.path().string()}};
    BOOST_TEST(test::in_forked_child([&] {
                   test::become_nobody();
                   const Config loaded =
                       Config::load(table, {.files = find_config_files("p", "p", environment())});
                   return loaded.diagnostics().empty() ? 0 : 1;
               }) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
