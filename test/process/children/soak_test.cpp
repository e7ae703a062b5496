// Many commands, one after the other, as a long-lived host runs them. `./dev soak` runs more.
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
    return wanted ? std::atoi(wanted) : 5000;
}

long resident_kib() {
    long total = 0;
    long resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
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
    const long before = resident_kib();
    BOOST_TEST(run_true(executions()) == executions());
    const long growth = resident_kib() - before;
    BOOST_TEST_MESSAGE(executions() << " commands: resident memory grew by " << growth << " KiB");
    // A sanitizer keeps what is freed; it looks for leaks itself.
    BOOST_TEST((test::with_sanitizer || growth <= 256), growth);
}

BOOST_AUTO_TEST_SUITE_END()
