// Waits, wakes, cancels and faults at random, for as long as is wanted: nothing may grow.
#include <malloc.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/program_options.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>

#include "soak/actions.hpp"
#include "support/descriptors.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch.hpp"

namespace {

namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

long resident_kib() {
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

/// A few things at once, to their end; one time in four with hardly any descriptor to be had.
void run_round(soak::Random& random, const std::filesystem::path& directory) {
    boost::asio::io_context context(1);
    std::optional<soak::FewDescriptors> few;
    // UBSan looks at objects by way of a pipe, and takes them for none if it gets no descriptor.
    const bool may_be_few = !test::with_address_sanitizer;
    if (may_be_few && soak::any(random, 3) == 0) few.emplace(soak::any(random, 12) + 3);
    for (int i = soak::any(random, 5); i >= 0; --i) {
        try {
            soak::run_command(context, random);
            soak::wait_for_device(context, random, directory);
            soak::run_loop(context, random);
        } catch (const std::system_error&) {
            // No descriptor for a timer or a reactor of the test's own.
        }
    }
    context.run();
}

/// What is left a moment after a round, when threads that were left to themselves have ended.
test::Holdings settled(const test::Holdings& wanted) {
    const auto limit = Clock::now() + std::chrono::seconds(5);
    test::Holdings held = test::holdings();
    while (Clock::now() < limit &&
           (held.descriptors > wanted.descriptors || held.threads > wanted.threads ||
            held.children > wanted.children)) {
        held = test::holdings();
    }
    return held;
}

int run(double minutes, unsigned seed) {
    std::cout << "soak: " << minutes << " min, seed " << seed << std::endl;
    // Every thread may get a heap of its own, which it leaves behind for another: that is no leak.
    ::mallopt(M_ARENA_MAX, 1);
    const test::Scratch scratch;
    soak::Random random(seed);
    const auto begun = Clock::now();
    const auto passed = [&] {
        return std::chrono::duration<double, std::ratio<60>>(Clock::now() - begun).count();
    };
    while (passed() < minutes / 5) run_round(random, scratch.path());
    const test::Holdings before =
        settled({.descriptors = 1000, .threads = 1, .children = 0, .heap = 0});
    const long resident_before = resident_kib();
    int rounds = 0;
    for (; passed() < minutes; ++rounds) {
        run_round(random, scratch.path());
        const test::Holdings held = settled(before);
        if (held.descriptors > before.descriptors || held.threads > before.threads ||
            held.children > before.children) {
            std::cout << "soak: round " << rounds << " left " << held.descriptors
                      << " descriptors, " << held.threads << " threads and " << held.children
                      << " children; there were " << before.descriptors << ", " << before.threads
                      << " and " << before.children << '\n';
            return 1;
        }
    }
    const long growth = resident_kib() - resident_before;
    std::cout << "soak: " << rounds << " rounds; resident memory grew by " << growth << " KiB\n";
    // In a short run, the heap is still being broken in.
    const bool is_judged = minutes >= 10 && !test::with_sanitizer;
    return is_judged && growth > 1024 ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
    po::options_description options("Usage: soak [--minutes N] [--seed N]");
    options.add_options()("minutes", po::value<double>()->default_value(60), "how long")(
        "seed", po::value<unsigned>()->default_value(std::random_device()()), "of what happens");
    try {
        po::variables_map given;
        po::store(po::parse_command_line(count, arguments, options), given);
        return run(given["minutes"].as<double>(), given["seed"].as<unsigned>());
    } catch (const std::exception& error) {
        std::cerr << "soak: " << error.what() << '\n' << options;
        return 2;
    }
}
