// A heartbeat as a deployment agent sends it: with jitter, so that a thousand agents do not beat at
// once; longer and longer pauses while the server does not answer; and at once when it is asked to.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/observer.hpp>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

/// Stands for the server: it refuses the second and the third beat.
asio::awaitable<void> send_heartbeat(std::uint64_t number) {
    asio::steady_timer network(co_await asio::this_coro::executor, 1ms);
    co_await network.async_wait(asio::use_awaitable);
    if (number == 1 || number == 2) throw std::runtime_error("503 Service Unavailable");
    std::cout << "beat\n";
}

struct Log : Observer {
    void on_delay(TimePoint, DelayReason reason) override {
        if (reason == DelayReason::backoff) std::cout << "refused; trying again\n";
    }
};

int main() {
    asio::io_context context;
    // [heartbeat]
    FixedIntervalLoopingCall<> heartbeat{
        context.get_executor(), [](const Tick& tick) { return send_heartbeat(tick.index); }};
    heartbeat.start({
        .interval = 50ms,
        .jitter = 0.2,             // each beat up to 10 ms earlier or later
        .first_run_spread = 20ms,  // agents that boot together do not beat together
        .call_timeout = 5s,        // a server that hangs has failed
        .max_calls = 6,            // (this is an example)
        .on_error = {OnError::backoff, {.initial = 5ms, .maximum = 40ms, .jitter = 0.5}},
        .observer = std::make_shared<Log>(),
    });
    // [heartbeat]
    asio::steady_timer request(context, 100ms);
    request.async_wait([&](boost::system::error_code) {
        std::cout << "a beat is requested now\n";
        heartbeat.trigger();
    });

    StopReason reason{};
    heartbeat.async_wait(
        [&](const std::exception_ptr&, const Outcome<void>& outcome) { reason = outcome.reason; });
    context.run();
    const Stats stats = heartbeat.stats();
    std::cout << stats.runs << " beats, of which " << stats.failures << " failed\n";
    return reason == StopReason::exhausted && stats.failures == 2 ? EXIT_SUCCESS : EXIT_FAILURE;
}
