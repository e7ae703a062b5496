#pragma once

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/descriptors.hpp"
#include "support/fake_fuser.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

namespace test {

/// The real program, run in a process of its own.
struct Program {
    NothingLeftBehind nothing_left_behind;
    Scratch scratch;
    std::filesystem::path file = scratch.file("disk");

    static Ended run(std::vector<std::string> argv) { return test::run(std::move(argv)); }

    static Ended diskwait(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), TEST_DISKWAIT);
        return run(std::move(arguments));
    }

    static Ended shell(const std::string& script) { return test::shell(script); }
};

}  // namespace test
