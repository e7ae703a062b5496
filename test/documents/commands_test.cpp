// Every line of a README that begins with a `$` is run, with files for the devices, and prints what
// stands below it.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>
#include <sstream>

#include "documents/documents.hpp"
#include "support/descriptors.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

namespace {

struct Example {
    std::filesystem::path page;
    std::string command;
    std::string output;  ///< its first line; empty if none is shown
};

std::vector<Example> examples_of(const std::filesystem::path& page) {
    std::istringstream lines(test::read_file(page));
    std::vector<Example> found;
    bool may_be_output = false;
    for (std::string line; std::getline(lines, line);) {
        const bool is_command = line.starts_with("$ ");
        if (is_command) found.push_back({page, line.substr(2), ""});
        if (may_be_output && !is_command && line != "```") found.back().output = line;
        may_be_output = is_command;
    }
    return found;
}

std::string directory_of(const char* program) {
    return std::filesystem::path(program).parent_path().string();
}

struct Readme {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch;
    std::filesystem::path device = scratch.file("sdb");
    std::filesystem::path first_partition = scratch.file("sdb1");
    std::filesystem::path second_partition = scratch.file("sdb2");
    std::filesystem::path conf =
        scratch.file("agent.conf", "[disk_partitioner]\ncheck_device_interval = 3\n");
    std::filesystem::path mkfs = scratch.script("mkfs.ext4", "exit 0");

    [[nodiscard]] test::Ended run_example(const Example& example) const {
        const bool is_held = example.output.find(" is busy") != std::string::npos;
        const std::string path = scratch.path().string() + ":" + directory_of(TEST_DISKWAIT) + ":" +
                                 directory_of(TEST_LOOPINGCALL) + ":" TEST_EXAMPLES;
        return test::shell(
            "cd '" + scratch.path().string() + "'; PATH='" + path + ":'$PATH; " +
            (is_held ? "exec 9< '" + device.string() + "'; " : "") + "{ " +
            std::regex_replace(example.command, std::regex("/dev/sdb"), device.string()) +
            "; } 2>&1");
    }

    /// The device has the name of the README.
    [[nodiscard]] std::string printed(const test::Ended& ended) const {
        return std::regex_replace(ended.out, std::regex(device.string()), "/dev/sdb");
    }
};

/// Without what differs each time: pids, times.
std::string beginning_of(const std::string& output) {
    return output.substr(0, output.find_first_of(":,"));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(commands, Readme)

BOOST_AUTO_TEST_CASE(the_front_page_has_commands) {
    BOOST_TEST(examples_of(test::project / "README.md").size() >= 6U);
}

BOOST_AUTO_TEST_CASE(each_command_of_each_readme_prints_what_the_page_shows) {
    for (const auto& page : test::readmes()) {
        for (const Example& example : examples_of(page)) {
            const bool is_of_examples = example.command.find("example_") != std::string::npos;
            if (is_of_examples && std::string(TEST_EXAMPLES).empty()) {
                continue;
            }
            const auto ended = run_example(example);
            BOOST_TEST_CONTEXT(test::shown(page) << ": " << example.command << '\n' << ended.out) {
                BOOST_TEST((ended.exit_code == 0 || ended.exit_code == 1));
                BOOST_TEST(printed(ended).find(beginning_of(example.output)) != std::string::npos);
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
