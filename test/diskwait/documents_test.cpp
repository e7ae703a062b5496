// What the README and the sample file claim, held against the program.
#include <algorithm>
#include <loopingcall/config/config.hpp>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "option_table.hpp"
#include "program.hpp"

namespace config = loopingcall::config;

namespace {

const std::filesystem::path project = TEST_PROJECT;

/// The lines between two `// [name]` marks of an example, without the marks.
std::string snippet(const std::filesystem::path& file, const std::string& name) {
    const std::string text = test::read_file(project / file);
    const std::string mark = "// [" + name + "]\n";
    const std::size_t begin = text.find(mark) + mark.size();
    const std::size_t end = text.rfind('\n', text.find(mark, begin)) + 1;
    return text.substr(begin, end - begin);
}

/// The sample with every option it comments out.
std::string uncommented(const std::string& sample) {
    std::string result;
    std::istringstream lines(sample);
    for (std::string line; std::getline(lines, line);) {
        const bool is_option = line.size() > 1 && line[0] == '#' && line[1] != ' ';
        result += (is_option ? line.substr(1) : line) + '\n';
    }
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(documents, test::Program)

BOOST_AUTO_TEST_CASE(the_code_of_the_readme_is_that_of_the_examples) {
    const std::string readme = test::read_file(project / "README.md");
    const std::map<std::string, std::string> shown{
        {"01_tick", "tick"},
        {"02_wait_for_device", "wait"},
        {"03_virtual_time", "virtual"},
        {"04_heartbeat", "heartbeat"},
        {"05_retry_connect", "retry"},
        {"09_run_command", "command"},
        {"10_options", "options"},
    };
    for (const auto& [example, name] : shown) {
        const auto source = "apps/examples/" + example + ".cpp";
        BOOST_TEST(readme.find(snippet(source, name)) != std::string::npos, source);
    }
}

BOOST_AUTO_TEST_CASE(the_code_of_the_page_on_virtual_time_is_that_of_its_example) {
    const std::string page =
        test::read_file(project / "apps/examples/testing_with_virtual_time.md");
    for (const char* part : {"task", "test"}) {
        BOOST_TEST(page.find(snippet("apps/examples/08_test_your_task.cpp", part)) !=
                   std::string::npos);
    }
}

/// Those of the options' full names, such as --disk_partitioner-root_helper, are told of as a kind.
BOOST_AUTO_TEST_CASE(the_readme_names_every_flag_that_there_is) {
    const std::string readme = test::read_file(project / "README.md");
    const std::string help = diskwait({"--help"}).out;
    const std::regex flag("--[a-z][a-z-]+(?![a-z_-])");
    std::size_t flags = 0;
    for (std::sregex_iterator found(help.begin(), help.end(), flag), end; found != end; ++found) {
        if (found->str().starts_with("--disk")) continue;
        ++flags;
        BOOST_TEST(readme.find(found->str()) != std::string::npos, found->str());
    }
    BOOST_TEST(flags > 25U);
}

/// What is claimed of the loop beside others is held by a test that is there.
BOOST_AUTO_TEST_CASE(every_row_of_the_comparison_is_held_by_a_test) {
    std::string tests;
    for (const auto& source : std::filesystem::directory_iterator(project / "test/loop")) {
        tests += test::read_file(source.path());
    }
    const std::string readme = test::read_file(project / "README.md");
    const std::regex last_cell(R"(\| `(\w+)` \|\n)");
    std::size_t rows = 0;
    for (std::sregex_iterator row(readme.begin(), readme.end(), last_cell), end; row != end;
         ++row) {
        ++rows;
        const std::string name = (*row)[1];
        BOOST_TEST(tests.find("BOOST_AUTO_TEST_CASE(" + name + ")") != std::string::npos, name);
    }
    BOOST_TEST(rows >= 11U);
}

/// What is claimed of loopingcall beside other tools is held by a test that is there.
BOOST_AUTO_TEST_CASE(every_row_about_other_tools_is_held_by_a_test) {
    std::string tests;
    for (const auto& source : std::filesystem::directory_iterator(project / "test/loopingcall")) {
        tests += test::read_file(source.path());
    }
    const std::string readme = test::read_file(project / "README.md");
    const std::regex last_cell(R"(\| `(\w+)/(\w+)` \|\n)");
    std::size_t rows = 0;
    for (std::sregex_iterator row(readme.begin(), readme.end(), last_cell), end; row != end;
         ++row) {
        ++rows;
        const std::string suite = "_TEST_SUITE(" + (*row)[1].str();
        const std::string name = "BOOST_AUTO_TEST_CASE(" + (*row)[2].str() + ")";
        BOOST_TEST(tests.find(suite) != std::string::npos, suite);
        BOOST_TEST(tests.find(name) != std::string::npos, name);
    }
    BOOST_TEST(rows >= 16U);
}

/// The dependencies run one way, as the README says: only device uses other rooms, and no program
/// reaches into one.
BOOST_AUTO_TEST_CASE(each_room_includes_only_what_it_may) {
    const std::regex include(R"re(#include [<"](?:loopingcall/)?(process|device|config|lib)/)re");
    const auto check = [&](const std::filesystem::path& directory, const std::string& allowed) {
        std::size_t files = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(project / directory)) {
            if (!entry.is_regular_file()) continue;
            ++files;
            const std::string text = test::read_file(entry.path());
            for (std::sregex_iterator found(text.begin(), text.end(), include), end; found != end;
                 ++found) {
                BOOST_TEST(allowed.find((*found)[1]) != std::string::npos,
                           entry.path() << ": " << found->str());
            }
        }
        BOOST_TEST(files > 0U, directory);
    };
    check("lib/loop", "");
    check("include/loopingcall/detail", "");
    check("lib/process", "process");
    check("include/loopingcall/process", "process");
    check("lib/config", "config");
    check("include/loopingcall/config", "config");
    check("lib/device", "device process");
    check("include/loopingcall/device", "device process");
    check("apps/terminal", "config");
    for (const char* const app : {"apps/diskwait", "apps/loopingcall", "apps/documents"}) {
        check(app, "config device process");
    }
}

/// A wall clock that leaps changes nothing, since nobody looks at it, but to say since when a
/// holder is there.
BOOST_AUTO_TEST_CASE(only_the_monotonic_clock_times_anything) {
    const std::regex wall_clock(
        R"(system_clock::now|CLOCK_REALTIME|gettimeofday|\btime\((0|NULL|nullptr|&)|utc_clock)");
    std::set<std::string> users;
    for (const char* const directory : {"lib", "include", "apps"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(project / directory)) {
            const std::string text = entry.is_regular_file() ? test::read_file(entry.path()) : "";
            if (std::regex_search(text, wall_clock)) users.insert(entry.path().filename());
        }
    }
    BOOST_TEST(users == std::set<std::string>{"process_info.cpp"},
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_commands_of_dev_that_are_told_of_are_there) {
    const std::string help = shell("'" + (project / "dev").string() + "' help").out;
    for (const char* page : {"README.md", "CONTRIBUTING.md"}) {
        const std::string text = test::read_file(project / page);
        const std::regex command(R"(\./dev ([a-z]+))");
        std::size_t commands = 0;
        for (std::sregex_iterator found(text.begin(), text.end(), command), end; found != end;
             ++found, ++commands) {
            BOOST_TEST(help.find("\n  " + (*found)[1].str() + " ") != std::string::npos,
                       found->str());
        }
        BOOST_TEST(commands > 3U, page);
    }
}

BOOST_AUTO_TEST_CASE(the_sample_is_the_one_that_the_program_prints) {
    const std::string sample = test::read_file(project / "conf/diskwait.conf.sample");
    BOOST_TEST(sample == diskwait({"--sample-config"}).out);
}

BOOST_AUTO_TEST_CASE(every_line_of_the_sample_uncommented_is_accepted_and_means_the_default) {
    const std::string sample = test::read_file(project / "conf/diskwait.conf.sample");
    const auto options = scratch.file("sample.conf", uncommented(sample));
    const auto loaded =
        config::Config::load(diskwait::option_table(), {.files = {options}, .strict = true});
    BOOST_TEST(loaded.diagnostics().empty());
    for (const config::Option& option : diskwait::option_table()) {
        const auto source = loaded.setting(key_of(option)).origin.source;
        BOOST_TEST((source == config::Source::file), option.name);
    }
    const auto from_sample = diskwait::wait_options(loaded);
    const loopingcall::device::WaitOptions defaults;
    BOOST_TEST((from_sample.check_device_interval == defaults.check_device_interval));
    BOOST_TEST(from_sample.check_device_max_retries == defaults.check_device_max_retries);
    BOOST_TEST((from_sample.check_device_timeout == defaults.check_device_timeout));
    BOOST_TEST((from_sample.check_device_probe == defaults.check_device_probe));
    BOOST_TEST((from_sample.check_device_probe_timeout == defaults.check_device_probe_timeout));
    BOOST_TEST((from_sample.check_device_quiet == defaults.check_device_quiet));
    BOOST_TEST(from_sample.check_device_kernel_claims == defaults.check_device_kernel_claims);
    BOOST_TEST(from_sample.check_device_children == defaults.check_device_children);
    BOOST_TEST(from_sample.check_device_udev == defaults.check_device_udev);
    BOOST_TEST(from_sample.check_device_strict == defaults.check_device_strict);
    BOOST_TEST(from_sample.check_device_early_wake == defaults.check_device_early_wake);
    BOOST_TEST(from_sample.check_device_concurrency == defaults.check_device_concurrency);
    BOOST_TEST(from_sample.root_helper.empty());
}

BOOST_AUTO_TEST_SUITE_END()
