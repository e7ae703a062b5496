// Waits until a file appears, at most ten seconds, and prints how the wait ended.
#include <boost/asio.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <random>

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace loopingcall;
using namespace std::chrono_literals;

// [poll]
asio::awaitable<bool> appears(fs::path file) {
    const auto look = [file]() -> Step<std::uintmax_t> {
        std::error_code error;
        const auto size = fs::file_size(file, error);
        if (error == std::errc::no_such_file_or_directory) return again;
        if (error) return failed(error);  // not permitted, an I/O error: no use in waiting
        return done(size);
    };
    FixedIntervalLoopingCall<std::uintmax_t> poll{co_await asio::this_coro::executor, look};
    const auto outcome = co_await poll.start({.interval = 5ms, .timeout = 10s}).async_wait();
    std::cout << outcome.reason << " after " << outcome.stats.runs << " looks\n";
    co_return outcome.reason == StopReason::done;
}
// [poll]

int main() {
    const fs::path file = fs::temp_directory_path() /
                          ("loopingcall-example-" + std::to_string(std::random_device{}()));
    asio::io_context context;
    asio::steady_timer later(context, 30ms);
    later.async_wait([&](boost::system::error_code) { std::ofstream(file) << "here\n"; });

    bool found = false;
    asio::co_spawn(context, appears(file),
                   [&](const std::exception_ptr& error, bool result) { found = !error && result; });
    context.run();
    fs::remove(file);
    return found ? EXIT_SUCCESS : EXIT_FAILURE;
}
