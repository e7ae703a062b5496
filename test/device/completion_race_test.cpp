// Nothing of the caller's is touched once the completion may have run, on another thread.
#include "support/own_signals.hpp"
#include "waiting.hpp"

using namespace std::chrono_literals;

namespace {

// The pool goes first: it has descriptors of its own.
struct ManyWaits : test::NothingLeftBehind, test::OwnSignals {};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(completion_race, ManyWaits)

// Each takes another way to the handler; a check costs threads, so there are fewer of them.
BOOST_AUTO_TEST_CASE(the_handler_of_a_wait_may_destroy_the_signal_of_its_slot) {
    for (int i = 0; i < operations; ++i) {
        std::vector<std::filesystem::path> devices;
        if (i % 10 == 0) devices.emplace_back("/no/such/device");
        const std::uint64_t max_retries = i % 3 == 0 ? 0 : 1;  // 0 is refused
        test::device::async_wait_until_free(
            pool.get_executor(), std::move(devices),
            {.check_device_max_retries = max_retries,
             .check_device_probe = test::device::Probe::procfs,
             .control = std::make_shared<test::device::WaitControl>()},
            handler());
    }
    expect_all_completed();
}

BOOST_AUTO_TEST_CASE(the_handler_of_a_cancelled_wait_may_destroy_the_signal_that_cancels_it) {
    constexpr int waits = 1000;
    for (int i = 0; i < waits; ++i) {
        test::device::async_wait_until_free(pool.get_executor(), {"/no/such/device"},
                                            {.check_device_interval = 1h,
                                             .check_device_early_wake = false,
                                             .wait_for_device = true},
                                            handler());
        cancel();
    }
    expect_all_completed(waits);
}

BOOST_FIXTURE_TEST_CASE(what_a_wait_was_given_is_gone_before_its_handler_runs, test::Waiting) {
    test::asio::io_context context;
    auto used = std::make_shared<int>(0);
    const std::weak_ptr<int> left = used;
    const auto control = std::make_shared<test::device::WaitControl>();
    int told = 0;
    test::device::async_wait_until_free(
        context.get_executor(), {file},
        {.check_device_probe = test::device::Probe::procfs,
         .control = control,
         .on_check = [used](const test::device::Check&) { ++*used; }},
        [&](const std::exception_ptr&, const std::vector<test::device::WaitResult>&) {
            ++told;
            BOOST_TEST(left.expired());
            BOOST_TEST(control.use_count() == 1);
        });
    used.reset();
    BOOST_TEST(!left.expired());
    context.run();
    BOOST_TEST(told == 1);
}

BOOST_AUTO_TEST_SUITE_END()
