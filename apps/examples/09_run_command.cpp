// Runs commands as an agent does: with input, a deadline, and the truth about how they ended.
#include <boost/asio.hpp>
#include <cstdlib>
#include <iostream>
#include <loopingcall/process/execute.hpp>

namespace asio = boost::asio;
namespace process = loopingcall::process;
using namespace std::chrono_literals;

// [command]
asio::awaitable<int> count_lines(std::string text) {
    process::Command command{.argv = {"wc", "-l"}, .input = std::move(text)};
    process::ExecuteOptions options{.timeout = 10s, .check_exit_code = {0}, .attempts = 3};
    auto result = co_await process::async_execute(co_await asio::this_coro::executor,
                                                  process::in_c_locale(command), options);
    co_return std::stoi(result.standard_output);  // or what went wrong was thrown
}
// [command]

int main() {
    asio::io_context context;
    int lines = 0;
    asio::co_spawn(context, count_lines("one\ntwo\nthree\n"),
                   [&](const std::exception_ptr& error, int counted) {
                       if (!error) lines = counted;
                   });
    process::async_execute(
        context.get_executor(), {.argv = {"sleep", "1000"}}, {.timeout = 50ms},
        [](boost::system::error_code error, const process::ExecuteResult& result) {
            std::cout << result.message << " (" << error.message() << ")\n";
        });
    context.run();
    std::cout << lines << " lines\n";
    return lines == 3 ? EXIT_SUCCESS : EXIT_FAILURE;
}
