// Classes that own their loop: the body uses the members, so each class stops the loop and waits
// for its end before the members go. Destroying a looping call cancels a suspended body, which then
// runs on to its end: without the wait, its catch blocks would use an object that is gone.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/loopingcall.hpp>
#include <memory>
#include <thread>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

// [coroutine]
/// Lives on the thread that runs the context, which must not block: its owner awaits close().
class Heartbeat {
  public:
    explicit Heartbeat(asio::io_context& context) : call_(context, [this] { return beat(); }) {
        call_.start({.interval = 1ms, .on_error = {OnError::keep_schedule}});
    }

    asio::awaitable<void> close() {
        call_.stop(cancel);
        co_await call_.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    [[nodiscard]] bool was_cancelled() const { return cancelled_; }

  private:
    asio::awaitable<void> beat() {
        try {
            asio::steady_timer network(co_await asio::this_coro::executor, 1h);
            co_await network.async_wait(asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            cancelled_ = true;  // a member: the owner has to be there
            throw;
        }
    }

    bool cancelled_ = false;
    FixedIntervalLoopingCall<> call_;
};
// [coroutine]

// [thread]
/// Is destroyed on another thread than those that run the context, which may block.
class Sweeper {
  public:
    explicit Sweeper(asio::thread_pool& pool) : call_(pool, [this] { ++swept_; }) {
        call_.start({.interval = 1ms});
    }
    ~Sweeper() {
        call_.stop(cancel);
        try {
            call_.wait();
        } catch (const std::exception&) {  // the body had failed: the run is over as well
        }
        std::cout << "swept: " << (swept_ > 0 ? "yes" : "no") << '\n';
    }
    Sweeper(const Sweeper&) = delete;
    Sweeper& operator=(const Sweeper&) = delete;

    bool wait_for_one() {
        while (call_.stats().runs == 0) std::this_thread::yield();
        return true;
    }

  private:
    std::uint64_t swept_ = 0;
    FixedIntervalLoopingCall<> call_;
};
// [thread]

int main() {
    asio::io_context context;
    bool cancelled = false;
    const auto main_task = [&]() -> asio::awaitable<void> {
        auto heartbeat = std::make_unique<Heartbeat>(context);
        asio::steady_timer soon(context, 5ms);
        co_await soon.async_wait(asio::use_awaitable);
        co_await heartbeat->close();
        cancelled = heartbeat->was_cancelled();
        heartbeat.reset();  // nothing uses it any more
    };
    asio::co_spawn(context, main_task, asio::detached);
    context.run();
    std::cout << "the beat under way was cancelled: " << (cancelled ? "yes" : "no") << '\n';

    asio::thread_pool pool(2);
    const bool swept = Sweeper(pool).wait_for_one();
    pool.join();
    return cancelled && swept ? EXIT_SUCCESS : EXIT_FAILURE;
}
