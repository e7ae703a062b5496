#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <loopingcall/process/execute.hpp>

#include "children.hpp"

namespace bench {

// Of the handlers that run before the child is there, the last is the one that starts it.
Cost run_with_loopingcall() {
    namespace process = loopingcall::process;
    static boost::asio::io_context context;
    const auto begun = std::chrono::steady_clock::now();
    process::async_execute(context.get_executor(), {.argv = {"/bin/true"}}, {},
                           [](boost::system::error_code error, const process::ExecuteResult& ran) {
                               if (error || !ran.status.exited(0)) std::abort();
                           });
    context.restart();
    context.run_one();
    const auto launched = std::chrono::steady_clock::now();
    context.run();
    return {launched - begun, std::chrono::steady_clock::now() - begun};
}

}  // namespace bench
