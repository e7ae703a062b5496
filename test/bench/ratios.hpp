#pragma once

#include <string>
#include <vector>

namespace bench {

/// Runs the registered benchmarks and prints, beside their times, the ratios of the medians of
/// these counters to those of a reference: of `x<This>/1` to `x<by hand>/1`.
///
/// With BENCH_TABLE set to a file, adds to it a Markdown table of median, spread and ratios, a row
/// a benchmark and counter.
///
/// Repetitions are mixed, so that a minute in which the machine is busy befalls all alike.
int run(int count, char** arguments, const std::vector<std::string>& counters,
        const std::vector<std::string>& references = {"ByHand"});

}  // namespace bench
