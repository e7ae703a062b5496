#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <loopingcall/process/execute.hpp>
#include <string>
#include <vector>

namespace test {

namespace process = loopingcall::process;

/// How a program ended.
struct Ended {
    int exit_code = -1;  ///< -1: it did not exit
    std::string out;
    std::string err;
    std::chrono::nanoseconds elapsed{0};
    std::string problem = {};  ///< why it could not be run
};

inline void start(boost::asio::io_context& context, std::vector<std::string> argv, Ended& ended) {
    process::async_execute(
        context.get_executor(), {.argv = std::move(argv)}, {.timeout = std::chrono::minutes(2)},
        [&](boost::system::error_code error, process::ExecuteResult result) {
            ended = {result.status.exited() ? result.status.exit_code() : -1,
                     std::move(result.standard_output), std::move(result.standard_error),
                     result.elapsed, error ? result.message : ""};
        });
}

/// On a thread that may not use a check of Boost.Test.
inline Ended run_unchecked(std::vector<std::string> argv) {
    boost::asio::io_context context;
    Ended ended;
    start(context, std::move(argv), ended);
    context.run();
    return ended;
}

inline Ended run(std::vector<std::string> argv) {
    Ended ended = run_unchecked(std::move(argv));
    BOOST_TEST(ended.problem.empty(), ended.problem);
    return ended;
}

inline Ended shell(const std::string& script) { return run({"/bin/sh", "-c", script}); }

/// All at the same time: for those that wait most of theirs.
inline std::vector<Ended> shells(const std::vector<std::string>& scripts) {
    boost::asio::io_context context;
    std::vector<Ended> all(scripts.size());
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        start(context, {"/bin/sh", "-c", scripts[i]}, all[i]);
    }
    context.run();
    for (const Ended& one : all) BOOST_TEST(one.problem.empty(), one.problem);
    return all;
}

}  // namespace test
