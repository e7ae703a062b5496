#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <loopingcall/process/execute.hpp>
#include <string>
#include <vector>

#include "support/descriptors.hpp"

namespace test {

namespace asio = boost::asio;
namespace process = loopingcall::process;
using namespace std::chrono_literals;

/// What an async_execute() came to.
struct Ran {
    boost::system::error_code error;
    process::ExecuteResult result;
    int times = 0;
};

/// A real event loop for real children, which must leave nothing behind.
struct Children {
    NothingLeftBehind nothing_left_behind;

    /// Runs `command` to its end on a loop of its own.
    static Ran run(process::Command command, process::ExecuteOptions options = {}) {
        asio::io_context context;
        Ran ran;
        process::async_execute(context.get_executor(), std::move(command), options,
                               [&](boost::system::error_code error, process::ExecuteResult result) {
                                   ran = {error, std::move(result), ran.times + 1};
                               });
        BOOST_TEST(ran.times == 0);  // never inside the initiating function
        context.run();
        BOOST_TEST(ran.times == 1);
        return ran;
    }

    static Ran shell(const std::string& script, process::ExecuteOptions options = {}) {
        return run({.argv = {"/bin/sh", "-c", script}}, options);
    }

    static process::Command helper(const std::string& what) {
        return {.argv = {TEST_HELPER, what}};
    }
};

}  // namespace test
