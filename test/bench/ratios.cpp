#include "ratios.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <ostream>
#include <utility>

namespace bench {

namespace {

class Ratios : public benchmark::ConsoleReporter {
  public:
    Ratios(std::vector<std::string> counters, std::vector<std::string> references)
        : counters_(std::move(counters)), references_(std::move(references)) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.aggregate_name != "median") continue;
            const std::string& arguments = run.run_name.args;
            const std::string name =
                run.run_name.function_name + (arguments.empty() ? "" : "/" + arguments);
            for (const auto& [counter, value] : run.counters) medians_[counter][name] = value.value;
        }
    }

    void Finalize() override {
        ConsoleReporter::Finalize();
        for (const std::string& counter : counters_) {
            for (const auto& [name, cost] : medians_[counter]) print(counter, name, cost);
        }
    }

  private:
    void print(const std::string& counter, const std::string& name, double cost) {
        const auto kind = name.find('<');
        const auto end = name.find('>');
        const auto& medians = medians_[counter];
        for (const std::string& reference : references_) {
            const auto found =
                medians.find(name.substr(0, kind) + '<' + reference + name.substr(end));
            if (found == medians.end() || found->first == name) continue;
            GetOutputStream() << name << ' ' << counter << ": " << cost / found->second << " x "
                              << reference << '\n';
        }
    }

    std::vector<std::string> counters_;
    std::vector<std::string> references_;
    std::map<std::string, std::map<std::string, double>> medians_;
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
