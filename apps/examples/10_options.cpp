// The options of a program of yours: declared once, and read from files, the environment and
// flags. Try: OS_API__PORT=80 example_10_options --agent-name me --sample
#include <iostream>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/config.hpp>
#include <loopingcall/config/sample.hpp>
#include <loopingcall/config/show.hpp>

namespace config = loopingcall::config;

// [options]
const config::OptionTable table{
    {.group = "agent", .name = "name", .type = config::TextType{}, .help = "its name"},
    {.group = "agent", .name = "heartbeat", .type = config::DurationType{}, .default_value = "30"},
    {.group = "api", .name = "port", .type = config::PortType{}, .default_value = "6385"},
    {.group = "api", .name = "token", .type = config::TextType{}, .secret = true},
};
config::Config load(const config::CommandLine& line) {
    return config::Config::load(table, config::sources_of(line, "agent", "agent"));
}
// [options]

int main(int count, char** arguments) {
    boost::program_options::options_description own;
    config::describe_file_flags(own);
    own.add_options()("sample", "print a sample file")("help,h", "print this help");
    const auto line = config::parse_command_line({arguments + 1, arguments + count}, table, own);
    for (const auto& problem : line.errors) std::cerr << problem << '\n';
    if (!line.errors.empty()) return 2;
    if (line.flags.count("help") != 0) {
        std::cout << config::all_flags(table, own);
        return 0;
    }
    if (line.flags.count("sample") != 0) config::write_sample(table, "agent", std::cout);
    const config::Config options = load(line);
    for (const auto& problem : options.diagnostics()) std::cerr << problem << '\n';
    config::show(options, std::cout);
    return options.has_errors() || options.get<std::int64_t>("api.port") < 0 ? 2 : 0;
}
