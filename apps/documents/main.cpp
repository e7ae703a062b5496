// Writes the documents of a program that come from its options: `documents PROGRAM KIND
// [TEMPLATE]`. A template is a manual page, in which a line with @FLAGS@ or @OPTIONS@ stands for
// them.
#include <boost/program_options/options_description.hpp>
#include <fstream>
#include <functional>
#include <iostream>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/completion.hpp>
#include <loopingcall/config/manual.hpp>
#include <loopingcall/config/sample.hpp>
#include <map>
#include <string>

#include "diskwait/flags.hpp"
#include "diskwait/option_table.hpp"
#include "loopingcall/invocation.hpp"

namespace {

namespace config = loopingcall::config;

struct Program {
    const config::OptionTable& table;
    boost::program_options::options_description flags;
};

Program program_named(const std::string& name) {
    if (name == "diskwait") return {diskwait::option_table(), diskwait::all_flags()};
    if (name == "loopingcall") return {repeat::option_table(), repeat::all_flags()};
    throw std::invalid_argument("there is no program " + name);
}

void write_manual(const Program& program, const std::string& page) {
    std::ifstream lines(page);
    if (!lines) throw std::invalid_argument("cannot read " + page);
    for (std::string line; std::getline(lines, line);) {
        if (line == "@FLAGS@") {
            config::write_manual_of_flags(program.flags, std::cout);
        } else if (line == "@OPTIONS@") {
            config::write_manual_of_options(program.table, std::cout);
        } else {
            const auto version = line.find("@VERSION@");
            if (version != std::string::npos) line.replace(version, 9, DOCUMENTS_VERSION);
            std::cout << line << '\n';
        }
    }
}

void write(const std::string& name, const std::string& kind, const std::string& page) {
    const Program program = program_named(name);
    const std::map<std::string, std::function<void()>> kinds{
        {"manual", [&] { write_manual(program, page); }},
        {"bash", [&] { config::write_bash_completion(name, program.flags, std::cout); }},
        {"zsh", [&] { config::write_zsh_completion(name, program.flags, std::cout); }},
    };
    kinds.at(kind)();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        if (count < 3) throw std::invalid_argument("usage: documents PROGRAM KIND [TEMPLATE]");
        write(arguments[1], arguments[2], count > 3 ? arguments[3] : "");
        std::cout.flush();
        return std::cout ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "documents: " << error.what() << '\n';
        return 2;
    }
}
