// The sample file matches the program, and the sources keep the rules of the project.
#include <algorithm>
#include <loopingcall/config/config.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "option_table.hpp"
#include "program.hpp"

namespace config = loopingcall::config;

namespace {

const std::filesystem::path project = TEST_PROJECT;

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

/// Dependencies run one way: only device uses other rooms, and no program uses what a room hides.
BOOST_AUTO_TEST_CASE(each_room_includes_only_what_it_may) {
    const std::regex include(R"re(#include [<"](?:loopingcall/)?(process|device|config|lib)/)re");
    const auto check = [&](const std::filesystem::path& directory, const std::string& allowed) {
        std::size_t files = 0;
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(project / directory)) {
            if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
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

/// A wall clock that leaps changes nothing: only the start time of a holder, for messages, is read
/// from it.
BOOST_AUTO_TEST_CASE(only_the_monotonic_clock_times_anything) {
    const std::regex wall_clock(
        R"(system_clock::now|CLOCK_REALTIME|gettimeofday|\btime\((0|NULL|nullptr|&)|utc_clock)");
    std::set<std::string> users;
    for (const char* const directory : {"lib", "include", "apps"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(project / directory)) {
            const bool is_source = entry.is_regular_file() && entry.path().extension() != ".md";
            const std::string text = is_source ? test::read_file(entry.path()) : "";
            if (std::regex_search(text, wall_clock)) users.insert(entry.path().filename());
        }
    }
    BOOST_TEST(users == std::set<std::string>{"process_info.cpp"},
               boost::test_tools::per_element());
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
