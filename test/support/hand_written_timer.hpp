#pragma once

#include <boost/asio.hpp>
#include <chrono>
#include <utility>

namespace test {

/// What people write instead of using this library: the reference for what a tick may cost.
template <class Work>
class HandWrittenTimer {
  public:
    using Duration = std::chrono::steady_clock::duration;

    HandWrittenTimer(boost::asio::io_context& context, Duration interval, Duration initial_delay,
                     Work work)
        : timer_(context, initial_delay), interval_(interval), work_(std::move(work)) {
        wait();
    }

    void stop() { timer_.cancel(); }

  private:
    void wait() {
        timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            work_();
            timer_.expires_at(timer_.expiry() + interval_);
            wait();
        });
    }

    boost::asio::steady_timer timer_;
    Duration interval_;
    Work work_;
};

}  // namespace test
