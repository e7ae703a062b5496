// A looping call is made with an executor of any type, or with an execution context.
#include <loopingcall/loopingcall.hpp>

#include "support/virtual_time.hpp"

using namespace loopingcall;
using namespace std::chrono_literals;

namespace {

template <class Where>
void runs_on(Where&& where, asio::io_context& context) {
    int calls = 0;
    const auto count = [&] { ++calls; };
    FixedIntervalLoopingCall<> fixed{where, count};
    DynamicLoopingCall<> dynamic{where, [&] {
                                     ++calls;
                                     return 1ns;
                                 }};
    BackOffLoopingCall<> back_off{where, [&] {
                                      ++calls;
                                      return true;
                                  }};
    fixed.start({.interval = 1ns, .max_calls = 2});
    dynamic.start({.max_calls = 2});
    back_off.start({.starting_interval = 1ns, .max_calls = 2});
    async_retry(where, {.backoff = {.initial = 1ns}}, count, asio::detached);
    context.restart();
    context.run();
    BOOST_TEST(calls == 7);
}

/// A class that owns its loop, made of the context alone as an Asio object would be.
class Beacon {
  public:
    explicit Beacon(asio::io_context& context) : call_(context, [this] { ++beats_; }) {}
    void start() { call_.start({.interval = 1ns, .max_calls = 3}); }
    [[nodiscard]] int beats() const { return beats_; }

  private:
    int beats_ = 0;
    FixedIntervalLoopingCall<> call_;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(construction, test::VirtualTime)

BOOST_AUTO_TEST_CASE(executors_of_every_type_and_the_context_itself_are_taken) {
    runs_on(context, context);
    runs_on(context.get_executor(), context);
    runs_on(asio::make_strand(context), context);
    runs_on(asio::any_io_executor(context.get_executor()), context);
    const asio::any_io_executor constant = asio::make_strand(context);
    runs_on(constant, context);
}

BOOST_AUTO_TEST_CASE(a_thread_pool_is_taken) {
    asio::thread_pool pool(2);
    std::atomic<int> calls = 0;
    FixedIntervalLoopingCall<> call{pool, [&] { ++calls; }};
    call.start({.interval = 1ns, .max_calls = 5});
    pool.join();
    BOOST_TEST(calls == 5);
    BOOST_TEST((call.get_executor() == asio::any_io_executor(pool.get_executor())));
}

BOOST_AUTO_TEST_CASE(a_context_is_taken_with_a_virtual_clock) {
    FixedIntervalLoopingCall<void, VirtualClock> fixed{context, clock, [this] { ran(); }};
    DynamicLoopingCall<void, VirtualClock> dynamic{context, clock, [this] {
                                                       ran();
                                                       return 1s;
                                                   }};
    BackOffLoopingCall<void, VirtualClock> back_off{context, clock, [this] {
                                                        ran();
                                                        return BackOffStep<void>(done());
                                                    }};
    fixed.start({});
    dynamic.start({});
    back_off.start({});
    async_retry(
        context, clock, {}, [this] { ran(); }, asio::detached);
    clock.advance(1s);
    BOOST_TEST(runs.size() == 6U);
}

BOOST_AUTO_TEST_CASE(a_class_owns_its_loop) {
    Beacon beacon(context);
    beacon.start();
    context.run();
    BOOST_TEST(beacon.beats() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
