#pragma once

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

    /// A script in which `loopingcall` is the program, in the scratch directory.
    [[nodiscard]] Ended script(const std::string& text) const {
        return shell("cd '" + scratch.path().string() +
                     "'; loopingcall() { '" TEST_LOOPINGCALL "' \"$@\"; }; " + text);
    }

    [[nodiscard]] std::string text_of(const char* file) const {
        return read_file(scratch.path() / file);
    }
};

}  // namespace test
