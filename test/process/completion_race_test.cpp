// Nothing of the caller's is touched once the completion may have run, on another thread.
#include "run.hpp"
#include "support/own_signals.hpp"

namespace {

// The pool goes first: it has descriptors of its own.
struct ManyCommands : test::NothingLeftBehind, test::OwnSignals {
    ManyCommands() : OwnSignals(500) {}
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_race, ManyCommands)

// Most of them fail to start, which takes the same way to the handler in less time.
BOOST_AUTO_TEST_CASE(the_handler_of_a_command_may_destroy_the_signal_of_its_slot) {
    for (int i = 0; i < operations; ++i) {
        const char* program = i % 200 == 0 ? "/bin/true" : "/no/such/program";
        test::process::async_execute(pool.get_executor(), {.argv = {program}}, {}, handler());
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_cancelled_command_may_destroy_the_signal_that_cancels_it) {
    constexpr int commands = 300;
    for (int i = 0; i < commands; ++i) {
        test::process::async_execute(pool.get_executor(), {.argv = {"/bin/sleep", "1000"}}, {},
                                     handler());
        cancel();
    }
    expect_all_completed(commands);
}

BOOST_AUTO_TEST_CASE(a_command_may_be_awaited_by_a_coroutine_that_moves_to_another_thread) {
    const test::process::Command missing{.argv = {"/no/such/program"}};
    std::atomic<int> failed = 0;
    const auto awaiting = [&]() -> test::asio::awaitable<void> {
        for (int i = 0; i < operations / 100; ++i) {
            auto [error, result] = co_await test::process::async_execute(
                pool.get_executor(), missing, {}, test::asio::as_tuple(test::asio::use_awaitable));
            if (error == test::process::errc::not_found) ++failed;
        }
    };
    for (int i = 0; i < 100; ++i) {
        test::asio::co_spawn(pool, awaiting, test::asio::detached);
    }
    pool.join();
    BOOST_TEST(failed == operations);
}

BOOST_AUTO_TEST_SUITE_END()
