#pragma once

#include <boost/test/unit_test.hpp>
#include <loopingcall/config/config.hpp>
#include <map>
#include <string>

#include "support/scratch.hpp"

namespace test {

/// Files, an environment of its own, and the diagnostics about them.
struct Loaded {
    Scratch scratch;
    std::map<std::string, std::string> variables{};

    [[nodiscard]] loopingcall::config::Environment environment() const {
        return [this](const char* name) -> const char* {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
        };
    }

    [[nodiscard]] loopingcall::config::Config load(const loopingcall::config::OptionTable& table,
                                                   const std::string& ini) const {
        return loopingcall::config::Config::load(
            table, {.files = {scratch.file("a.conf", ini)}, .environment = environment()});
    }

    /// A line for each problem, without the directory of the files.
    [[nodiscard]] std::string lines(
        const std::vector<loopingcall::config::Diagnostic>& problems) const {
        std::string lines;
        for (const auto& problem : problems) lines += to_string(problem) + "\n";
        const std::string directory = scratch.path().string() + "/";
        for (auto at = lines.find(directory); at != std::string::npos; at = lines.find(directory)) {
            lines.erase(at, directory.size());
        }
        return lines;
    }

    [[nodiscard]] std::string problems(const loopingcall::config::Config& config) const {
        return lines(config.diagnostics());
    }
};

}  // namespace test
