#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace terminal {

/// Turns SIGINT and SIGTERM into a cancellation, so that what runs is ended and
/// no child is left behind.
class Interrupt {
  public:
    explicit Interrupt(boost::asio::io_context& context);

    /// What the wait is to be bound to.
    [[nodiscard]] boost::asio::cancellation_slot slot() { return cancellation_.slot(); }

    /// No signal is waited for any longer: the context's run() may return.
    void disarm() { signals_.cancel(); }

    /// The signal that came, or 0.
    [[nodiscard]] int signal() const { return signal_; }

  private:
    boost::asio::signal_set signals_;
    boost::asio::cancellation_signal cancellation_;
    int signal_ = 0;
};

}  // namespace terminal
