// Connects to a server that comes up late: a real one, on the loopback device.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/retry.hpp>

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace loopingcall;
using namespace std::chrono_literals;

// [retry]
asio::awaitable<std::shared_ptr<tcp::socket>> connect(tcp::endpoint server) {
    const auto executor = co_await asio::this_coro::executor;
    const auto attempt = [=](const Tick& tick) -> asio::awaitable<std::shared_ptr<tcp::socket>> {
        std::cout << "attempt " << tick.index + 1 << '\n';
        auto socket = std::make_shared<tcp::socket>(executor);
        co_await socket->async_connect(server, asio::use_awaitable);
        co_return socket;
    };
    auto connected = co_await async_retry(executor,
                                          {.max_attempts = 50,
                                           .backoff = {.initial = 5ms, .maximum = 40ms},
                                           .deadline = 10s,
                                           .attempt_timeout = 1s},
                                          attempt);
    co_return *connected.value;  // or the last error was thrown
}
// [retry]

/// An address of the loopback device that no server listens on.
tcp::endpoint free_endpoint(asio::io_context& context) {
    return tcp::acceptor(context, {asio::ip::address_v4::loopback(), 0}).local_endpoint();
}

int main() {
    asio::io_context context;
    const tcp::endpoint server = free_endpoint(context);
    std::optional<tcp::acceptor> acceptor;
    asio::steady_timer late(context, 50ms);
    late.async_wait([&](boost::system::error_code) {
        std::cout << "the server comes up\n";
        acceptor.emplace(context, server);
    });

    bool connected = false;
    asio::co_spawn(
        context, connect(server),
        [&](const std::exception_ptr& error, const std::shared_ptr<tcp::socket>& socket) {
            connected = !error && socket->is_open();
        });
    context.run();
    std::cout << (connected ? "connected\n" : "not connected\n");
    return connected ? EXIT_SUCCESS : EXIT_FAILURE;
}
