#pragma once

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <loopingcall/device/wait_until_free.hpp>
#include <vector>

#include "support/descriptors.hpp"
#include "support/fake_fuser.hpp"
#include "support/scratch.hpp"

namespace test {

namespace asio = boost::asio;
namespace device = loopingcall::device;
using device::State;
using namespace std::chrono_literals;

struct Waited {
    std::exception_ptr error;
    std::vector<device::WaitResult> results;
    int times = 0;
};

/// Real waits on a loop of their own, which must leave nothing behind.
struct Waiting {
    NothingLeftBehind nothing_left_behind;
    Scratch scratch;
    std::filesystem::path file = scratch.file("disk");

    static Waited wait(std::vector<std::filesystem::path> devices, device::WaitOptions options) {
        asio::io_context context;
        Waited waited;
        device::async_wait_until_free(
            context.get_executor(), std::move(devices), std::move(options),
            [&](std::exception_ptr error, std::vector<device::WaitResult> results) {
                waited = {error, std::move(results), waited.times + 1};
            });
        BOOST_TEST(waited.times == 0);  // never inside the initiating function
        context.run();
        BOOST_TEST(waited.times == 1);
        return waited;
    }

    static device::WaitResult wait_for(const std::filesystem::path& path,
                                       device::WaitOptions options) {
        Waited waited = wait({path}, std::move(options));
        BOOST_TEST(!waited.error);
        BOOST_REQUIRE(waited.results.size() == 1U);
        return std::move(waited.results.front());
    }
};

}  // namespace test
