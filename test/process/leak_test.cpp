#include "run.hpp"

namespace process = loopingcall::process;

BOOST_FIXTURE_TEST_SUITE(leak, test::Children)

BOOST_AUTO_TEST_CASE(a_thousand_commands_leave_no_descriptor_no_zombie_and_no_thread) {
    boost::asio::io_context context;
    int ended = 0;
    auto main = [&]() -> boost::asio::awaitable<void> {
        const process::Command command{.argv = {"/bin/true"}};
        for (int i = 0; i < 1000; ++i) {
            const auto result = co_await process::async_execute(context.get_executor(), command);
            ended += result.status.exited(0) ? 1 : 0;
        }
    };
    boost::asio::co_spawn(context, main, boost::asio::detached);
    context.run();
    BOOST_TEST(ended == 1000);
}

BOOST_AUTO_TEST_SUITE_END()
