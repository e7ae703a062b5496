// A task of yours, and its unit test in virtual time. testing_with_virtual_time.md explains it.
#include <boost/asio.hpp>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/virtual_clock.hpp>

namespace asio = boost::asio;
using namespace loopingcall;
using namespace std::chrono_literals;

// [task]
/// Flushes a buffer every ten seconds; a minute after a failure it gives up.
template <class Clock = std::chrono::steady_clock>
class Flusher {
  public:
    using Write = std::function<bool(const std::string&)>;

    /// @param clock  nothing, or the VirtualClock of a test.
    template <class... MaybeClock>
    Flusher(const asio::any_io_executor& executor, Write write, MaybeClock&... clock)
        : write_(std::move(write)), call_(executor, clock..., [this] { flush(); }) {}

    void start() {
        call_.start(
            {.interval = 10s, .on_error = {.action = OnError::keep_schedule, .max_in_a_row = 6}});
    }
    void add(std::string line) { lines_.push_back(std::move(line)); }
    [[nodiscard]] bool running() const { return call_.running(); }

  private:
    void flush() {
        for (; !lines_.empty(); lines_.pop_front()) {
            if (!write_(lines_.front())) throw std::runtime_error("cannot write");
        }
    }

    Write write_;
    std::deque<std::string> lines_;
    FixedIntervalLoopingCall<void, Clock> call_;
};
// [task]

// [test]
bool gives_up_a_minute_after_the_disk_is_full() {
    asio::io_context context;
    VirtualClock clock{context};
    bool full = false;
    std::size_t written = 0;
    Flusher<VirtualClock> flusher(
        context.get_executor(),
        [&](const std::string&) {
            if (!full) ++written;
            return !full;
        },
        clock);

    flusher.start();
    flusher.add("first");
    clock.advance(15s);  // flushes at 0 and 10 s
    const bool flushed = written == 1 && flusher.running();

    full = true;
    flusher.add("second");
    clock.advance(50s);  // fails at 20, 30, 40, 50 and 60 s
    const bool patient = flusher.running();
    clock.advance(5s);  // and at 70 s
    return flushed && patient && !flusher.running() && clock.pending() == 0;
}
// [test]

int main() {
    const bool passed = gives_up_a_minute_after_the_disk_is_full();
    std::cout << (passed ? "passed" : "failed") << "; more than a minute, without waiting\n";
    return passed ? EXIT_SUCCESS : EXIT_FAILURE;
}
