// Every operation of the programs with every fault of the kernel, at every point in turn.
#include "faults/table.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/run_program.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch.hpp"

namespace {

struct Programs {
    test::NothingLeftBehind nothing_left_behind;
    test::Scratch scratch;
    std::filesystem::path file = scratch.file("free");
    std::filesystem::path held = scratch.file("held");
    std::filesystem::path config = scratch.file("diskwait.conf", "[disk_partitioner]\n");
    std::filesystem::path log = scratch.file("log");
    std::filesystem::path mapped = scratch.file("mapped", "text");
    test::Child holder{[this] { return ::open(held.c_str(), O_RDONLY) >= 0; }};
    test::Child mapper{[this] {
        const int opened = ::open(mapped.c_str(), O_RDONLY);
        return ::mmap(nullptr, 4, PROT_READ, MAP_PRIVATE, opened, 0) != MAP_FAILED &&
               ::close(opened) == 0;
    }};
};

/// Whether strace may do what it has to.
bool can_inject() {
    const bool can =
        !test::with_sanitizer &&
        test::shell("strace -f --seccomp-bpf -qq -o /dev/null /bin/true").exit_code == 0;
    if (!can) BOOST_TEST_MESSAGE("strace may not trace here: no fault is injected");
    return can;
}

/// Those at the beginning, and fewer and fewer of those that come again and again; all of them if
/// TEST_FAULTS=all.
int next_point(int point) {
    const char* const wanted = std::getenv("TEST_FAULTS");
    const bool all = wanted && std::string(wanted) == "all";
    return point + 1 + (all ? 0 : point / 2);
}

std::string joined(const std::set<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
    return text;
}

/// One run, with a fault at one point.
struct Run {
    const test::Operation* operation = nullptr;
    const test::Fault* fault = nullptr;
    int point = 0;
    test::Ended ended = {};
};

/// The points of one operation with one fault, one after the other.
class Lane {
  public:
    explicit Lane(std::filesystem::path log) : log_(std::move(log)) {}

    std::vector<Run> inject(const test::Operation& operation, const test::Fault& fault) {
        std::vector<Run> runs;
        for (int point = fault.first;; point = next_point(point)) {
            Run run{&operation, &fault, point, this->run(operation, fault, point)};
            if (!was_injected()) return runs;
            if (was_begun()) runs.push_back(std::move(run));
        }
    }

  private:
    [[nodiscard]] test::Ended run(const test::Operation& operation, const test::Fault& fault,
                                  int point) const {
        std::filesystem::remove(log_);
        const std::string calls = fault.system_calls;
        std::vector<std::string> argv{
            "timeout",
            "-sKILL",
            "60",
            "strace",
            "-f",
            "-qq",
            "-o" + log_.string(),
            "--trace=munmap," + calls,
            "--inject=" + calls + ':' + fault.injected + ":when=" + std::to_string(point)};
        // Most of its time goes into stops at other calls; but without them it sends no signal.
        const bool is_signal = std::string_view(fault.injected).starts_with("signal=");
        if (!is_signal) argv.emplace_back("--seccomp-bpf");
        argv.insert(argv.end(), operation.argv.begin(), operation.argv.end());
        return test::run_unchecked(argv);
    }

    /// The dynamic linker may fail or crash before there is a program. The last it does is to unmap
    /// its cache.
    [[nodiscard]] bool was_begun() const {
        return test::read_file(log_).find("munmap(") != std::string::npos;
    }

    [[nodiscard]] bool was_injected() const {
        const std::string seen = test::read_file(log_);
        return seen.find("(INJECTED)") != std::string::npos ||
               seen.find("si_code=SI_KERNEL") != std::string::npos;
    }

    std::filesystem::path log_;
};

struct Injection : Programs {
    /// Every fault at every point, of the operations of one program. Most of the time of a run is
    /// strace's, so several of them run at a time.
    /// @return the names of the faults that were injected.
    std::set<std::string> inject_into(std::string_view program) {
        const auto all =
            test::operations({file.string(), held.string(), mapped.string(), config.string()});
        std::vector<std::pair<const test::Operation*, const test::Fault*>> pairs;
        for (const test::Operation& operation : all) {
            if (!std::string_view(operation.name).starts_with(program)) continue;
            for (const test::Fault& fault : test::faults()) pairs.emplace_back(&operation, &fault);
        }
        std::set<std::string> injected;
        for (const std::vector<Run>& runs : run_all(pairs)) {
            judge(runs);
            for (const Run& run : runs) injected.insert(run.fault->name);
        }
        return injected;
    }

    template <class Pairs>
    std::vector<std::vector<Run>> run_all(const Pairs& pairs) const {
        std::vector<std::vector<Run>> runs(pairs.size());
        std::atomic<std::size_t> next = 0;
        constexpr int lanes = 3;
        std::vector<std::jthread> threads;
        for (int i = 0; i < lanes; ++i) {
            threads.emplace_back([&, i] {
                Lane lane(log.string() + std::to_string(i));
                for (std::size_t n = next++; n < pairs.size(); n = next++) {
                    runs[n] = lane.inject(*pairs[n].first, *pairs[n].second);
                }
            });
        }
        threads.clear();
        return runs;
    }

    static void judge(const std::vector<Run>& runs) {
        std::set<int> seen;
        for (const Run& run : runs) {
            seen.insert(run.ended.exit_code);
            BOOST_TEST(run.ended.problem.empty(), run.ended.problem);
            BOOST_TEST_CONTEXT(run.operation->name << ", " << run.fault->name << ", "
                                                   << run.point) {
                judge(*run.operation, *run.fault, run.ended);
            }
        }
        if (runs.empty()) return;
        const Run& last = runs.back();
        BOOST_TEST_MESSAGE(last.operation->name << ", " << last.fault->name << " ("
                                                << last.fault->system_calls << "): exit codes "
                                                << joined(seen) << ", up to " << last.point);
    }

    static void judge(const test::Operation& operation, const test::Fault& fault,
                      const test::Ended& ended) {
        using test::Consequence;
        if (ended.exit_code == operation.answer) return;
        const bool ended_by_it = ended.exit_code == 128 + SIGTERM || ended.exit_code == -1;
        if (fault.consequence == Consequence::end && ended_by_it) return;
        const bool is_partial = ended.out.find("could not be inspected") != std::string::npos;
        if (fault.consequence == Consequence::partial && is_partial) return;
        BOOST_TEST((fault.consequence != Consequence::none &&
                    operation.when_failed.count(ended.exit_code) == 1),
                   "exit code " << ended.exit_code << ": " << ended.out << ended.err);
        BOOST_TEST(!(ended.out + ended.err).empty(), "there has to be a message");
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(fault_table, Injection)

// One case a program: the second can run beside tests that inspect all processes.
BOOST_AUTO_TEST_CASE(diskwait_gives_the_answer_or_says_why_it_cannot) {
    if (!can_inject()) return;
    const auto injected = inject_into("diskwait");
    for (const test::Fault& fault : test::faults()) {
        BOOST_TEST(injected.contains(fault.name), fault.name << " was never injected");
    }
}

BOOST_AUTO_TEST_CASE(loopingcall_gives_the_answer_or_says_why_it_cannot) {
    if (can_inject()) (void)inject_into("loopingcall");
}

BOOST_AUTO_TEST_CASE(the_page_of_the_tests_has_each_fault) {
    const std::string readme = test::read_file(TEST_PROJECT "/test/README.md");
    for (const test::Fault& fault : test::faults()) {
        BOOST_TEST(readme.find(std::string("| ") + fault.name + " | ") != std::string::npos,
                   fault.name);
    }
}

BOOST_AUTO_TEST_SUITE_END()
