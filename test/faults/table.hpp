#pragma once

#include <set>
#include <string>
#include <vector>

namespace test {

/// A task of a program, and its possible answers.
struct Operation {
    const char* name;
    std::vector<std::string> argv;
    int answer;                 ///< exit code when nothing fails
    std::set<int> when_failed;  ///< exit codes, with a message, that may replace it
};

/// What may become of it.
enum class Consequence {
    failure,  ///< one of the exit codes above
    end,      ///< or the program is ended, as documented
    partial,  ///< or the answer is free, and says that something could not be inspected
    none,     ///< it is not to be noticed: the answer is as if nothing had failed
};

/// A way in which a system call can fail, or be interrupted.
struct Fault {
    const char* name;
    const char* system_calls;  ///< as strace(1) names them
    const char* injected;      ///< what is done to the n-th of each thread, as strace(1) names it
    Consequence consequence = Consequence::failure;
    int first = 1;  ///< the n to begin with
};

/// What the operations are about.
struct Subjects {
    std::string free;
    std::string held;
    std::string mapped;  ///< into memory, and not open
    std::string config;
};

std::vector<Operation> operations(const Subjects& subjects);

const std::vector<Fault>& faults();

}  // namespace test
