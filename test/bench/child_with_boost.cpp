#include <boost/asio.hpp>
#include <boost/optional.hpp>
#if __has_include(<boost/process/v2.hpp>)
#include <boost/process/v2.hpp>
#else
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#endif
#include <cstdlib>
#include <string>
#include <vector>

#include "children.hpp"

namespace bench {

Cost run_with_boost() {
    namespace asio = boost::asio;
    namespace process = boost::process::v2;
    static asio::io_context context;
    context.restart();
    const auto begun = std::chrono::steady_clock::now();
    asio::readable_pipe output(context);
    asio::readable_pipe error(context);
    const std::vector<std::string> no_arguments;
    process::process child(context, "/bin/true", no_arguments,
                           process::process_stdio{nullptr, output, error});
    const auto launched = std::chrono::steady_clock::now();
    std::string said;
    std::string complained;
    const auto read = [](boost::system::error_code, std::size_t) {};
    asio::async_read(output, asio::dynamic_buffer(said), read);
    asio::async_read(error, asio::dynamic_buffer(complained), read);
    child.async_wait([](boost::system::error_code failed, int code) {
        if (failed || code != 0) std::abort();
    });
    context.run();
    return {launched - begun, std::chrono::steady_clock::now() - begun};
}

}  // namespace bench
