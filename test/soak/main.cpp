// Waits, wakes, cancels and faults at random, for as long as is wanted: nothing may grow.
#include <malloc.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/program_options.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <optional>
#include <system_error>

#include "soak/actions.hpp"
#include "support/descriptors.hpp"
#include "support/exact_heap.hpp"
#include "support/sanitizers.hpp"
#include "support/scratch.hpp"

namespace {

namespace po = boost::program_options;
using Clock = std::chrono::steady_clock;

/// A few things at once, to their end; one time in four with hardly any descriptor available.
void run_round(soak::Random& random, const std::filesystem::path& directory) {
    boost::asio::io_context context(1);
    std::optional<soak::FewDescriptors> few;
    // UBSan looks at objects by way of a pipe, and takes them for none if it gets no descriptor.
    const bool may_be_few = !test::with_address_sanitizer;
    if (may_be_few && soak::any(random, 3) == 0) few.emplace(soak::any(random, 12) + 3);
    for (int i = soak::any(random, 12); i >= 0; --i) {
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

/// What malloc has kept at hand is given back first: it does not count as growth.
long resident_kib() {
    ::malloc_trim(0);
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

std::ostream& operator<<(std::ostream& out, const test::Holdings& held) {
    return out << held.descriptors << " descriptors, " << held.threads << " threads, "
               << held.children << " children, " << held.heap << " bytes of heap";
}

/// How much the heap in use, which is exact, and resident memory, which is whole pages of a heap
/// with holes, may differ between two moments.
constexpr std::size_t heap_slack = 4096;
constexpr long resident_slack_kib = 1024;

bool has_grown(const test::Holdings& before, const test::Holdings& held) {
    return !held.within(before) || held.heap > before.heap + heap_slack;
}

int run(double minutes, unsigned seed) {
    std::cout << "soak: " << minutes << " min, seed " << seed << std::endl;
    const test::Scratch scratch;
    soak::Random random(seed);
    const auto begun = Clock::now();
    const auto passed = [&] {
        return std::chrono::duration<double, std::ratio<60>>(Clock::now() - begun).count();
    };
    // What is made once and kept is there after some rounds, however slow the machine is.
    constexpr int fewest_rounds = 6;
    for (int i = 0; i < fewest_rounds || passed() < minutes / 5; ++i) {
        run_round(random, scratch.path());
    }
    const test::Holdings before = test::held_when_idle();
    const long resident_before = resident_kib();
    int rounds = 0;
    for (; rounds < fewest_rounds || passed() < minutes; ++rounds) {
        run_round(random, scratch.path());
        const test::Holdings held = test::held_when_within(before);
        if (has_grown(before, held)) {
            std::cout << "soak: round " << rounds << " left " << held << "; there were " << before
                      << '\n';
            return 1;
        }
    }
    const long growth = resident_kib() - resident_before;
    std::cout << "soak: " << rounds << " rounds; at the end there were "
              << test::held_when_within(before) << ", at the beginning " << before
              << "; resident memory grew by " << growth << " KiB\n";
    return !test::with_sanitizer && growth > resident_slack_kib ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
    po::options_description options("Usage: soak [--minutes N] [--seed N]");
    options.add_options()("minutes", po::value<double>()->default_value(60), "how long")(
        "seed", po::value<unsigned>()->default_value(std::random_device()()), "of what happens");
    try {
        po::variables_map given;
        po::store(po::parse_command_line(count, arguments, options), given);
        test::run_with_exact_heap(arguments);
        return run(given["minutes"].as<double>(), given["seed"].as<unsigned>());
    } catch (const std::exception& error) {
        std::cerr << "soak: " << error.what() << '\n' << options;
        return 2;
    }
}
