#include "process/run.hpp"
#include "support/ticker.hpp"

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace process = loopingcall::process;

BOOST_FIXTURE_TEST_SUITE(event_loop, test::Children)

BOOST_AUTO_TEST_CASE(the_event_loop_ticks_on_while_a_child_runs) {
    asio::io_context context;
    int fifo_ready[2];
    BOOST_REQUIRE(::pipe(fifo_ready) == 0);
    const std::string path =
        "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(fifo_ready[0]);
    int ticks_at_end = 0;
    const test::Ticker ticker(context, fifo_ready[1]);
    process::async_execute(context.get_executor(),
                           {.argv = {"/bin/sh", "-c", "read line < " + path}}, {.timeout = 60s},
                           [&](boost::system::error_code error, const process::ExecuteResult&) {
                               BOOST_TEST(!error);
                               ticks_at_end = ticker.ticks();
                           });
    context.run();
    BOOST_TEST(ticks_at_end == 100);
    ::close(fifo_ready[0]);
    ::close(fifo_ready[1]);
}

BOOST_AUTO_TEST_CASE(two_hundred_children_run_at_once) {
    asio::io_context context;
    int ended = 0;
    for (int i = 0; i < 200; ++i) {
        process::async_execute(
            context.get_executor(), {.argv = {"/bin/sh", "-c", "echo " + std::to_string(i)}}, {},
            [&, i](boost::system::error_code error, const process::ExecuteResult& result) {
                BOOST_TEST(!error);
                BOOST_TEST(result.standard_output == std::to_string(i) + "\n");
                ++ended;
            });
    }
    context.run();
    BOOST_TEST(ended == 200);
}

BOOST_AUTO_TEST_CASE(the_default_token_is_awaited) {
    asio::io_context context;
    std::string output;
    auto main = [&]() -> asio::awaitable<void> {
        process::Command command{.argv = {"/bin/echo", "hello"}};
        const auto result = co_await process::async_execute(context.get_executor(), command);
        output = result.standard_output;
    };
    asio::co_spawn(context, main, asio::detached);
    context.run();
    BOOST_TEST(output == "hello\n");
}

BOOST_AUTO_TEST_CASE(a_pool_of_threads_can_run_children) {
    asio::thread_pool pool(2);
    std::atomic<int> ended = 0;
    for (int i = 0; i < 50; ++i) {
        process::async_execute(pool.get_executor(), {.argv = {"/bin/true"}}, {},
                               [&](boost::system::error_code error, const process::ExecuteResult&) {
                                   ended += error ? 0 : 1;
                               });
    }
    pool.join();
    BOOST_TEST(ended == 50);
}

BOOST_AUTO_TEST_SUITE_END()
