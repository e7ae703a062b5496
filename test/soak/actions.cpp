#include "soak/actions.hpp"

#include <fcntl.h>
#include <sys/resource.h>

#include <boost/asio.hpp>
#include <csignal>
#include <fstream>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/process/execute.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/scratch.hpp"

namespace soak {

namespace {

namespace asio = boost::asio;
namespace device = loopingcall::device;
namespace process = loopingcall::process;
using namespace loopingcall;
using namespace std::chrono_literals;

/// Calls back after a while, and is gone after that.
void after(asio::io_context& context, std::chrono::milliseconds delay,
           std::function<void()> callback) {
    auto timer = std::make_shared<asio::steady_timer>(context, delay);
    timer->async_wait([timer, callback = std::move(callback)](boost::system::error_code error) {
        if (!error) callback();
    });
}

/// Cancels what it is bound to after a while.
std::shared_ptr<asio::cancellation_signal> cancelled_after(asio::io_context& context,
                                                           std::chrono::milliseconds delay) {
    auto signal = std::make_shared<asio::cancellation_signal>();
    after(context, delay, [signal] { signal->emit(asio::cancellation_type::total); });
    return signal;
}

std::vector<std::string> any_command(Random& random) {
    switch (any(random, 9)) {
        case 0:
            return {"/no/such/program"};
        case 1:
            return {"/bin/sh", "-c", "exit 3"};
        case 2:
            return {"/bin/sh", "-c", "kill -9 $$"};
        case 3:
            return {"/bin/sh", "-c", "head -c 3000000 /dev/zero"};
        case 4:
            return {"sleep", "1000"};
        case 5:
            return {"/bin/sh", "-c", "trap '' TERM; sleep 2 & wait; wait"};
        case 6:
            return {"/bin/sh", "-c", "(sleep 1000 & wait) & wait"};
        case 7:
            return {"/bin/sh", "-c", "(sleep 0.05; echo late) & exit 0"};
        case 8:
            return {"/bin/sh", "-c", "(trap '' TERM; sleep 1000) > /dev/null 2>&1 & exit 1"};
        default:
            return {"/bin/true"};
    }
}

}  // namespace

void run_command(asio::io_context& context, Random& random) {
    process::ExecuteOptions options{.timeout = std::chrono::milliseconds(any(random, 60) + 20),
                                    .grace = 5ms,
                                    .check_exit_code = {0},
                                    .signal_sender = process::SignalSender()};
    if (any(random, 1) == 0) {
        auto passed = std::make_shared<std::size_t>(0);
        options.max_output = 0;
        options.on_standard_output = [passed](std::string_view piece) { *passed += piece.size(); };
    }
    const auto signal = cancelled_after(context, std::chrono::milliseconds(any(random, 200)));
    after(context, std::chrono::milliseconds(any(random, 100)),
          [sender = *options.signal_sender] { sender.signal(SIGUSR1); });
    process::async_execute(
        context.get_executor(), {.argv = any_command(random)}, options,
        asio::bind_cancellation_slot(
            signal->slot(), [signal](boost::system::error_code, const process::ExecuteResult&) {}));
}

void wait_for_device(asio::io_context& context, Random& random,
                     const std::filesystem::path& directory) {
    static int count = 0;
    const auto path = directory / ("device" + std::to_string(++count));
    const int what = any(random, 4);
    std::shared_ptr<test::Child> holder;
    if (what != 0) std::ofstream(path) << what;
    if (what >= 2) {
        holder = std::make_shared<test::Child>([path] { return ::open(path.c_str(), 0) >= 0; });
        after(context, std::chrono::milliseconds(any(random, 80)), [holder] { holder->let_go(); });
    }
    if (what == 3) {
        after(context, std::chrono::milliseconds(any(random, 80)), [path] {
            std::filesystem::remove(path);
            std::ofstream(path) << "another";
        });
    }
    constexpr device::Probe probes[] = {device::Probe::fuser, device::Probe::procfs};
    const device::WaitOptions options{.check_device_interval = 20ms,
                                      .check_device_max_retries = 10,
                                      .check_device_probe = probes[any(random, 1)],
                                      .check_device_quiet = 5ms * any(random, 2)};
    const auto signal = cancelled_after(context, std::chrono::milliseconds(any(random, 600)));
    device::async_wait_until_free(
        context.get_executor(), {path}, options,
        asio::bind_cancellation_slot(
            signal->slot(), [signal, path, holder](const std::exception_ptr&,
                                                   const std::vector<device::WaitResult>&) {
                std::error_code ignored;
                std::filesystem::remove(path, ignored);
            }));
}

void run_loop(asio::io_context& context, Random& random) {
    const int what = any(random, 5);
    auto call = std::make_shared<FixedIntervalLoopingCall<int>>(
        context.get_executor(), [&context, what](Tick tick) -> asio::awaitable<Step<int>> {
            if (what == 1) throw std::runtime_error("soak");
            asio::steady_timer timer(context, what == 2 ? 1h : 1ms);
            co_await timer.async_wait(asio::use_awaitable);
            if (tick.index == 20) co_return done(42);
            co_return again;
        });
    call->start({.interval = 2ms,
                 .jitter = 0.2,
                 .tolerance = what == 3 ? Duration(1ms) : Duration::zero(),
                 .timeout = 100ms,
                 .call_timeout = 20ms,
                 .on_error = {OnError::backoff, {.initial = 1ms, .maximum = 10ms}}});
    call->async_wait([](const std::exception_ptr&, const Outcome<int>&) {});
    after(context, std::chrono::milliseconds(any(random, 30)), [call] { call->trigger(); });
    after(context, std::chrono::milliseconds(any(random, 30)), [call] { call->reset(); });
    after(context, std::chrono::milliseconds(any(random, 80)), [call, what] {
        if (what == 4) call->stop();
        if (what == 5) call->stop(cancel);
    });  // and forgotten with this
}

FewDescriptors::FewDescriptors(int more) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    before_ = limit.rlim_cur;
    limit.rlim_cur = test::holdings().descriptors + static_cast<unsigned long>(more);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

FewDescriptors::~FewDescriptors() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = before_;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace soak
