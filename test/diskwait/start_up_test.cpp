// What it costs to start: shell scripts call it in a loop.
#include <sys/resource.h>

#include <algorithm>

#include "program.hpp"
#include "support/sanitizers.hpp"

using namespace std::chrono_literals;

namespace {

std::chrono::microseconds cpu_time_of_children() {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    const auto sum = [](const timeval& time) {
        return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
    };
    return sum(used.ru_utime) + sum(used.ru_stime);
}

/// The best of a few, since others use the machine too.
std::chrono::microseconds cpu_time_of(const std::vector<std::string>& arguments) {
    std::chrono::microseconds best = 1h;
    for (int i = 0; i < 5; ++i) {
        const auto before = cpu_time_of_children();
        BOOST_TEST(test::Program::diskwait(arguments).exit_code == 0);
        best = std::min(best, cpu_time_of_children() - before);
    }
    return best;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_start_up, test::Program)

BOOST_AUTO_TEST_CASE(the_version_and_a_check_of_the_sample_take_less_than_10_ms_of_cpu) {
    const std::vector<std::string> check{"--check-config", "--config-file",
                                         TEST_PROJECT "/conf/diskwait.conf.sample"};
    for (const auto& arguments : {std::vector<std::string>{"--version"}, check}) {
        const auto time = cpu_time_of(arguments);
        BOOST_TEST_MESSAGE(arguments.front() << ": " << time.count() << " us");
        BOOST_TEST((test::with_sanitizer || time < 10ms), time.count());
    }
}

BOOST_AUTO_TEST_SUITE_END()
