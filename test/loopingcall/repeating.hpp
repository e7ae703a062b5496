#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/descriptors.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

namespace test {

/// The program loopingcall, run in a process of its own.
struct Repeating {
    NothingLeftBehind nothing_left_behind;
    Scratch scratch;

    static Ended loopingcall(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), TEST_LOOPINGCALL);
        return run(std::move(arguments));
    }

    /// A script in which `loopingcall` is the program, in the scratch directory; `until_is FILE`
    /// waits until there is that file.
    [[nodiscard]] Ended script(const std::string& text) const {
        return shell(in_directory(scratch.path(), text));
    }

    /// Scripts that run at the same time, for those that wait most of theirs: each in a directory
    /// of its own, below the scratch directory.
    [[nodiscard]] std::vector<Ended> scripts(std::vector<std::string> texts) const {
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const auto directory = scratch.path() / std::to_string(i);
            std::filesystem::create_directory(directory);
            texts[i] = in_directory(directory, texts[i]);
        }
        return shells(texts);
    }

    [[nodiscard]] std::string text_of(const char* file) const {
        return read_file(scratch.path() / file);
    }

  private:
    static std::string in_directory(const std::filesystem::path& directory,
                                    const std::string& text) {
        return "cd '" + directory.string() +
               "'; loopingcall() { '" TEST_LOOPINGCALL
               "' \"$@\"; }; until_is() { until [ -e $1 ]; do sleep 0.01; done; }; " +
               text;
    }
};

}  // namespace test
