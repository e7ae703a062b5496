#include "peer.hpp"

#include <boost/asio/io_context.hpp>
#include <loopingcall/process/execute.hpp>

namespace bench {

namespace {

std::optional<loopingcall::process::ExecuteResult> run(const std::vector<std::string>& argv) {
    namespace process = loopingcall::process;
    boost::asio::io_context context;
    std::optional<process::ExecuteResult> result;
    process::async_execute(context.get_executor(), {.argv = argv}, {},
                           [&](boost::system::error_code error, const process::ExecuteResult& ran) {
                               if (!error && ran.status.exited(0)) result = ran;
                           });
    context.run();
    return result;
}

}  // namespace

std::optional<std::string> output_of(const std::vector<std::string>& argv) {
    const auto result = run(argv);
    if (!result) return std::nullopt;
    return result->standard_output;
}

std::optional<std::string> error_output_of(const std::vector<std::string>& argv) {
    const auto result = run(argv);
    if (!result) return std::nullopt;
    return result->standard_error;
}

}  // namespace bench
