#include "exact.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>
#include <regex>

#include "peer.hpp"

namespace bench {

namespace {

struct Counter {
    const char* name;
    std::vector<std::string> tool;
    std::regex total;  // in what the tool says
};

const std::vector<Counter>& all_counters() {
    static const std::regex in_all("([0-9]+) +total");
    static const std::vector<Counter> all{
        {"instructions",
         {"valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"},
         std::regex("Collected : ([0-9,]+)")},
        {"allocations",
         {"valgrind", "--undef-value-errors=no", "--leak-check=no"},
         std::regex("total heap usage: ([0-9,]+) allocs")},
        {"system_calls", {"strace", "-qq", "-c", "-U", "calls,name"}, in_all},
        {"system_calls_of_all", {"strace", "-f", "-qq", "-c", "-U", "calls,name"}, in_all},
    };
    return all;
}

std::optional<double> total(const Counter& counter, const std::vector<std::string>& argv,
                            int repetitions) {
    std::vector<std::string> all = counter.tool;
    all.insert(all.end(), argv.begin(), argv.end());
    all.push_back(std::to_string(repetitions));
    const auto said = error_output_of(all);
    std::smatch found;
    if (!said || !std::regex_search(*said, found, counter.total)) return std::nullopt;
    std::string digits = found[1];
    std::erase(digits, ',');
    return std::stod(digits);
}

std::optional<double> each(const Counter& counter, const std::vector<std::string>& argv,
                           Repetitions repetitions) {
    const auto few = total(counter, argv, repetitions.few);
    const auto many = total(counter, argv, repetitions.many);
    if (!few || !many) return std::nullopt;
    return (*many - *few) / (repetitions.many - repetitions.few);
}

void name_the_absent() {
    static const bool once = [] {
        for (const char* const tool : {"valgrind", "strace"}) {
            if (!output_of({tool, "--version"})) std::cout << tool << " is absent\n";
        }
        return true;
    }();
    static_cast<void>(once);
}

}  // namespace

void add_exact(const std::string& name, const std::vector<std::string>& argv,
               Repetitions repetitions, const std::vector<std::string>& counters) {
    name_the_absent();
    benchmark::RegisterBenchmark(("exact " + name).c_str(), [=](benchmark::State& state) {
        for (auto _ : state) {
            for (const Counter& counter : all_counters()) {
                if (std::find(counters.begin(), counters.end(), counter.name) == counters.end()) {
                    continue;
                }
                const auto count = each(counter, argv, repetitions);
                if (count) state.counters[counter.name] = *count;
            }
        }
    })->Iterations(1);
}

bool do_work(int count, char** arguments, const Works& works) {
    if (count != 4 || std::strcmp(arguments[1], "--do") != 0) return false;
    works.at(arguments[2])(std::atoi(arguments[3]));
    return true;
}

}  // namespace bench
