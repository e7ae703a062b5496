#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace bench {

/// How often a program does its work: the difference is the cost of doing it once.
struct Repetitions {
    int few = 0;
    int many = 0;
};

/// Adds for `name`, beside the benchmark that measures its time, one that counts what is exact,
/// whatever else the machine does: by callgrind, memcheck and strace. Of these, what is
/// not installed is named.
/// @param argv      the program; how often it does its work is added to its arguments
/// @param counters  of `instructions` (in user space), `allocations`, `system_calls` (of the first
///                  thread) and `system_calls_of_all` (of all threads and children)
void add_exact(const std::string& name, const std::vector<std::string>& argv,
               Repetitions repetitions, const std::vector<std::string>& counters);

/// For programs that count themselves: `program --do NAME TIMES` does nothing but that work.
/// @return whether that was asked for.
using Works = std::map<std::string, std::function<void(int times)>>;
bool do_work(int count, char** arguments, const Works& works);

}  // namespace bench
