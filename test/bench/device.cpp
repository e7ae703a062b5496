// What one check of a device costs by each probe, beside the tools run bare, in a crowd of
// processes; and how long a release takes to be answered, beside polling. `./dev bench` runs it.
#include <benchmark/benchmark.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/process/execute.hpp>
#include <random>

#include "crowd.hpp"
#include "exact.hpp"
#include "ratios.hpp"

namespace {

namespace asio = boost::asio;
namespace device = loopingcall::device;
namespace process = loopingcall::process;
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// A file, with or without a holder.
class Subject {
  public:
    explicit Subject(bool held) : path_(std::filesystem::temp_directory_path() / name(held)) {
        std::ofstream(path_) << "subject";
        if (!held) return;
        holder_ = ::fork();
        if (holder_ == 0) {
            (void)::open(path_.c_str(), O_RDONLY);
            for (;;) ::pause();
        }
    }
    ~Subject() {
        release();
        std::filesystem::remove(path_);
    }
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    void release() {
        if (holder_ <= 0) return;
        ::kill(holder_, SIGKILL);
        ::waitpid(std::exchange(holder_, -1), nullptr, 0);
    }

  private:
    static std::string name(bool held) {
        return "bench-" + std::to_string(::getpid()) + (held ? "-held" : "-free");
    }

    std::filesystem::path path_;
    pid_t holder_ = -1;
};

void run_bare(const std::vector<std::string>& argv) {
    asio::io_context context;
    process::async_execute(context.get_executor(), {.argv = argv}, {},
                           [](boost::system::error_code, const process::ExecuteResult&) {});
    context.run();
}

void check(const std::filesystem::path& path, device::Probe probe) {
    asio::io_context context;
    device::async_wait_until_free(
        context.get_executor(), {path}, {.check_device_timeout = 0s, .check_device_probe = probe},
        [](const std::exception_ptr&, const std::vector<device::WaitResult>&) {});
    context.run();
}

void measure(benchmark::State& state, bool held,
             const std::function<void(const std::filesystem::path&)>& once) {
    const Subject subject(held);
    for (auto _ : state) {
        const auto begun = Clock::now();
        for (int i = 0; i < 3; ++i) once(subject.path());
        const std::chrono::duration<double> took = (Clock::now() - begun) / 3;
        state.SetIterationTime(took.count());
        state.counters["ms"] = 1e3 * took.count();
    }
}

/// From a release at an unknown moment to the answer.
void release(benchmark::State& state, device::WaitOptions options) {
    static std::minstd_rand random(1);  // of all repetitions together: each has iterations(1)
    for (auto _ : state) {
        Subject subject(true);
        asio::io_context context;
        asio::steady_timer timer(
            context, std::chrono::milliseconds(std::uniform_int_distribution<>(50, 1050)(random)));
        Clock::time_point released;
        timer.async_wait([&](boost::system::error_code) {
            subject.release();
            released = Clock::now();
        });
        device::async_wait_until_free(
            context.get_executor(), {subject.path()}, options,
            [](const std::exception_ptr&, const std::vector<device::WaitResult>&) {});
        context.run();
        const std::chrono::duration<double> took = Clock::now() - released;
        state.SetIterationTime(took.count());
        state.counters["ms"] = 1e3 * took.count();
    }
}

void add(const std::string& name, const std::function<void(benchmark::State&)>& function,
         std::int64_t crowd, int repetitions) {
    benchmark::RegisterBenchmark(name.c_str(), function)
        ->Arg(crowd)
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->ReportAggregatesOnly()
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
}

constexpr device::Probe probes[] = {device::Probe::fuser, device::Probe::lsof,
                                    device::Probe::procfs};

void add_checks(bool held, std::int64_t crowd) {
    constexpr int repetitions = 5;
    const std::string kind = held ? "busy" : "free";
    const auto bare = [&](const std::string& name, std::vector<std::string> argv, bool with_path) {
        add(
            kind + '<' + name + '>',
            [=](benchmark::State& state) {
                measure(state, held, [&](const std::filesystem::path& path) {
                    std::vector<std::string> all = argv;
                    if (with_path) all.push_back(path.string());
                    run_bare(all);
                });
            },
            crowd, repetitions);
    };
    bare("bare fuser", {"fuser"}, true);
    bare("bare lsof", {"lsof", "-t"}, true);
    bare("bare udevadm settle", {"udevadm", "settle"}, false);
    for (const auto probe : probes) {
        add(
            kind + '<' + to_string(probe) + '>',
            [=](benchmark::State& state) {
                measure(state, held,
                        [&](const std::filesystem::path& path) { check(path, probe); });
            },
            crowd, repetitions);
    }
}

/// The work of which exact counts are made: on a file without a holder.
bench::Works works() {
    bench::Works all{{"free<bare fuser>", [](int times) {
                          const Subject subject(false);
                          while (times-- > 0) run_bare({"fuser", subject.path().string()});
                      }}};
    for (const auto probe : probes) {
        all.emplace("free<" + std::string(to_string(probe)) + '>', [probe](int times) {
            const Subject subject(false);
            while (times-- > 0) check(subject.path(), probe);
        });
    }
    return all;
}

void add_releases() {
    constexpr int repetitions = 15;
    add(
        "release<polling>",
        [](benchmark::State& state) { release(state, {.check_device_early_wake = false}); }, 0,
        repetitions);
    add(
        "release<early wake>",
        [](benchmark::State& state) { release(state, {.check_device_interval = 60s}); }, 0,
        repetitions);
}

/// Runs what was added. Crowds of different sizes cannot be mixed, so each has a run of its own.
int run(int count, char** arguments) {
    const int code =
        bench::run(count, arguments, {"ms", "system_calls_of_all"}, {"bare fuser", "polling"});
    benchmark::ClearRegisteredBenchmarks();
    return code;
}

}  // namespace

int main(int count, char** arguments) {
    if (bench::do_work(count, arguments, works())) return 0;
    add_releases();
    if (const int code = run(count, arguments); code != 0) return code;
    bench::Crowd processes;
    processes.grow_to(100);
    for (const auto& [name, work] : works()) {
        bench::add_exact(name, {arguments[0], "--do", name}, {.few = 1, .many = 3},
                         {"system_calls_of_all"});
    }
    for (const std::int64_t crowd : {100, 600, 2000}) {
        processes.grow_to(static_cast<std::size_t>(crowd));
        add_checks(true, crowd);
        add_checks(false, crowd);
        if (const int code = run(count, arguments); code != 0) return code;
    }
    return 0;
}
