#include "ratios.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <map>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

namespace bench {

namespace {

/// As many digits as mean something.
std::string rounded(double value) {
    std::ostringstream text;
    if (std::abs(value) >= 100) {
        text << std::fixed << std::setprecision(0) << value;
    } else {
        text << std::setprecision(3) << value;
    }
    return text.str();
}

class Ratios : public benchmark::ConsoleReporter {
  public:
    Ratios(std::vector<std::string> counters, std::vector<std::string> references)
        : counters_(std::move(counters)), references_(std::move(references)) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            const bool is_spread = run.aggregate_name == "cv";
            const bool is_alone = run.run_type == Run::RT_Iteration && run.repetitions <= 1;
            if (run.aggregate_name != "median" && !is_spread && !is_alone) continue;
            const std::string& arguments = run.run_name.args;
            const std::string name =
                run.run_name.function_name + (arguments.empty() ? "" : "/" + arguments);
            auto& into = is_spread ? spreads_ : medians_;
            for (const auto& [counter, value] : run.counters) {
                // The spread of zeros is none.
                into[counter][name] = std::isfinite(value.value) ? value.value : 0;
            }
        }
    }

    void Finalize() override {
        ConsoleReporter::Finalize();
        for (const std::string& counter : counters_) {
            for (const auto& [name, cost] : medians_[counter]) print(counter, name, cost);
        }
        if (const char* const table = std::getenv("BENCH_TABLE")) write_table(table);
    }

  private:
    /// Of `x<Other>/1` to `x<reference>/1`, if there is such a one.
    std::optional<double> ratio_to(const std::string& reference, const std::string& counter,
                                   const std::string& name, double cost) {
        const std::string to =
            name.substr(0, name.find('<')) + '<' + reference + name.substr(name.find('>'));
        const auto& medians = medians_[counter];
        const auto found = medians.find(to);
        if (found == medians.end() || to == name || found->second == 0) return std::nullopt;
        return cost / found->second;
    }

    void print(const std::string& counter, const std::string& name, double cost) {
        for (const std::string& reference : references_) {
            const auto ratio = ratio_to(reference, counter, name, cost);
            if (!ratio) continue;
            GetOutputStream() << name << ' ' << counter << ": " << *ratio << " x " << reference
                              << '\n';
        }
    }

    void write_table(const std::string& path) {
        std::ofstream table(path, std::ios::app);
        table << "\n| benchmark | counter | median | spread |";
        for (const std::string& reference : references_) table << " x " << reference << " |";
        table << "\n|---|---|---|---|";
        for (std::size_t i = 0; i < references_.size(); ++i) table << "---|";
        table << '\n';
        for (const auto& [counter, medians] : medians_) {
            for (const auto& [name, median] : medians) write_row(table, counter, name, median);
        }
    }

    void write_row(std::ostream& table, const std::string& counter, const std::string& name,
                   double median) {
        table << "| " << name << " | " << counter << " | " << rounded(median) << " | "
              << std::lround(100 * spreads_[counter][name]) << " % |";
        for (const std::string& reference : references_) {
            const auto ratio = ratio_to(reference, counter, name, median);
            table << (ratio ? ' ' + rounded(*ratio) + " |" : "  |");
        }
        table << '\n';
    }

    std::vector<std::string> counters_;
    std::vector<std::string> references_;
    std::map<std::string, std::map<std::string, double>> medians_;
    std::map<std::string, std::map<std::string, double>> spreads_;
};

}  // namespace

int run(int count, char** arguments, const std::vector<std::string>& counters,
        const std::vector<std::string>& references) {
    std::vector<char*> all(arguments, arguments + count);
    std::string mixed = "--benchmark_enable_random_interleaving=true";
    all.insert(all.begin() + 1, mixed.data());
    count = static_cast<int>(all.size());
    benchmark::Initialize(&count, all.data());
    if (benchmark::ReportUnrecognizedArguments(count, all.data())) return 2;
    Ratios ratios(counters, references);
    benchmark::RunSpecifiedBenchmarks(&ratios);
    return 0;
}

}  // namespace bench
