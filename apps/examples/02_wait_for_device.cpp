// Waits until nothing uses a file, as a deployment agent does for a device after partitioning it.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/device/wait_until_free.hpp>

namespace asio = boost::asio;
namespace device = loopingcall::device;
using namespace std::chrono_literals;

// [wait]
asio::awaitable<bool> wait_for(std::filesystem::path path) {
    std::vector<std::filesystem::path> devices{path};
    device::WaitOptions options{.check_device_interval = 100ms, .check_device_max_retries = 20};
    auto results = co_await device::async_wait_until_free(co_await asio::this_coro::executor,
                                                          devices, options);
    std::cout << describe(results.front()) << '\n';
    co_return results.front().report.state == device::State::free;
}
// [wait]

int main(int count, char** arguments) {
    asio::io_context context;
    bool free = false;
    asio::co_spawn(context, wait_for(count > 1 ? arguments[1] : arguments[0]),
                   [&](const std::exception_ptr& error, bool result) { free = !error && result; });
    context.run();
    return count > 1 && !free ? EXIT_FAILURE : EXIT_SUCCESS;
}
