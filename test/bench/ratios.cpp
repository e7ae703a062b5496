#include "ratios.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <ostream>
#include <utility>

namespace bench {

namespace {

class Ratios : public benchmark::ConsoleReporter {
  public:
    explicit Ratios(std::vector<std::string> counters) : counters_(std::move(counters)) {}

    void ReportRuns(const std::vector<Run>& runs) override {
        ConsoleReporter::ReportRuns(runs);
        for (const Run& run : runs) {
            if (run.aggregate_name != "median") continue;
            const std::string name = run.run_name.function_name + "/" + run.run_name.args;
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
        const auto by_hand = medians.find(name.substr(0, kind) + "<ByHand" + name.substr(end));
        if (by_hand == medians.end() || by_hand->first == name) return;
        GetOutputStream() << name << ' ' << counter << ": " << cost / by_hand->second
                          << " x by hand\n";
    }

    std::vector<std::string> counters_;
    std::map<std::string, std::map<std::string, double>> medians_;
};

}  // namespace

int run(int count, char** arguments, const std::vector<std::string>& counters) {
    std::vector<char*> all(arguments, arguments + count);
    std::string mixed = "--benchmark_enable_random_interleaving=true";
    all.insert(all.begin() + 1, mixed.data());
    count = static_cast<int>(all.size());
    benchmark::Initialize(&count, all.data());
    if (benchmark::ReportUnrecognizedArguments(count, all.data())) return 2;
    Ratios ratios(counters);
    benchmark::RunSpecifiedBenchmarks(&ratios);
    return 0;
}

}  // namespace bench
