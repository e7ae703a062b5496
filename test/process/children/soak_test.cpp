// Many commands, one after the other, as a long-lived host runs them. `./dev soak` runs more.
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "process/run.hpp"
#include "support/sanitizers.hpp"

namespace asio = boost::asio;
namespace process = loopingcall::process;

namespace {

int executions() {
    const char* const wanted = std::getenv("SOAK_EXECUTIONS");
    return wanted ? std::atoi(wanted) : 2000;
}

long resident_kib() {
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

long heap_in_use() {
    const auto heap = ::mallinfo2();
    return static_cast<long>(heap.uordblks + heap.hblkhd);
}

/// Runs so many commands, a few at a time.
int run_true(int times) {
    asio::io_context context;
    int ended = 0;
    auto chain = [&](int length) -> asio::awaitable<void> {
        const process::Command command{.argv = {"/bin/true"}};
        for (int i = 0; i < length; ++i) {
            const auto result = co_await process::async_execute(context.get_executor(), command);
            ended += result.status.exited(0) ? 1 : 0;
        }
    };
    constexpr int chains = 4;
    for (int i = 0; i < chains; ++i) asio::co_spawn(context, chain(times / chains), asio::detached);
    context.run();
    return ended;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(soak, test::Children)

BOOST_AUTO_TEST_CASE(thousands_of_commands_leave_no_descriptor_no_zombie_and_no_memory) {
    const int warm_up = executions() / 10;
    BOOST_TEST(run_true(warm_up) == warm_up);
    const long resident_before = resident_kib();
    const long heap_before = heap_in_use();
    BOOST_TEST(run_true(executions()) == executions());
    const long heap_growth = heap_in_use() - heap_before;
    const long growth = resident_kib() - resident_before;
    BOOST_TEST_MESSAGE(executions() << " commands: the heap grew by " << heap_growth
                                    << " bytes, resident memory by " << growth << " KiB");
    // A sanitizer keeps what is freed; it looks for leaks itself. What is not of the heap is mapped
    // by the page: one a command would be seen in the resident memory of a hundred.
    BOOST_TEST((test::with_sanitizer || heap_growth < 8 * executions()), heap_growth);
    BOOST_TEST((test::with_sanitizer || growth <= 256), growth);
}

BOOST_AUTO_TEST_SUITE_END()
