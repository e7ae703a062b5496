#pragma once

#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>

namespace test {

/// A timer that shows whether an event loop goes on: it ticks every millisecond, and with the
/// hundredth tick lets a child go that waits for a line. Were the loop blocked for the length of
/// the child, neither would ever end.
class Ticker {
  public:
    /// @param line_to  the descriptor that the child's line is written to.
    Ticker(boost::asio::io_context& context, int line_to) : timer_(context), line_to_(line_to) {
        tick();
    }

    [[nodiscard]] int ticks() const { return ticks_; }

  private:
    void tick() {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](boost::system::error_code) {
            if (++ticks_ < 100) return tick();
            BOOST_TEST(::write(line_to_, "x\n", 2) == 2);
        });
    }

    boost::asio::steady_timer timer_;
    int line_to_;
    int ticks_ = 0;
};

}  // namespace test
