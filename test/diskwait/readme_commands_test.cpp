// Every line of the README that begins with a `$` is run, with a file for the device, and says what
// stands below it.
#include <regex>
#include <sstream>

#include "program.hpp"

namespace {

struct Example {
    std::string command;
    std::string said;  ///< its first line; nothing if none is shown
};

std::vector<Example> examples() {
    std::istringstream lines(test::read_file(TEST_PROJECT "/README.md"));
    std::vector<Example> found;
    bool may_be_said = false;
    for (std::string line; std::getline(lines, line);) {
        const bool is_command = line.starts_with("$ ");
        if (is_command) found.push_back({line.substr(2), ""});
        if (may_be_said && !is_command && line != "```") found.back().said = line;
        may_be_said = is_command;
    }
    return found;
}

std::string directory_of(const char* program) {
    return std::filesystem::path(program).parent_path().string();
}

struct Readme : test::Program {
    std::filesystem::path device = scratch.file("sdb");
    std::filesystem::path conf =
        scratch.file("agent.conf", "[disk_partitioner]\ncheck_device_interval = 3\n");
    std::filesystem::path mkfs = scratch.script("mkfs.ext4", "exit 0");

    [[nodiscard]] test::Ended run_example(const Example& example) const {
        const bool held = example.said.find(" is busy") != std::string::npos;
        return shell("cd '" + scratch.path().string() + "'; PATH='" + scratch.path().string() +
                     ":" + directory_of(TEST_DISKWAIT) + ":" + directory_of(TEST_LOOPINGCALL) +
                     ":'$PATH; " + (held ? "exec 9< '" + device.string() + "'; " : "") + "{ " +
                     std::regex_replace(example.command, std::regex("/dev/sdb"), device.string()) +
                     "; } 2>&1");
    }

    /// The device is called as in the README.
    [[nodiscard]] std::string told(const test::Ended& ended) const {
        return std::regex_replace(ended.out, std::regex(device.string()), "/dev/sdb");
    }
};

/// Without what differs each time: pids, times.
std::string beginning_of(const std::string& said) {
    return said.substr(0, said.find_first_of(":,"));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(readme, Readme)

BOOST_AUTO_TEST_CASE(its_commands_say_what_it_says) {
    const auto all = examples();
    BOOST_TEST(all.size() >= 6U);
    for (const Example& example : all) {
        const auto ended = run_example(example);
        BOOST_TEST_CONTEXT(example.command << '\n' << ended.out) {
            BOOST_TEST((ended.exit_code == 0 || ended.exit_code == 1));
            BOOST_TEST(told(ended).find(beginning_of(example.said)) != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
