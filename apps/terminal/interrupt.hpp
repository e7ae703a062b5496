#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <initializer_list>

#include "terminal/signals.hpp"

namespace terminal {

/// Turns signals into a cancellation, so that what runs is ended and no child is left behind.
class Interrupt {
  public:
    Interrupt(boost::asio::io_context& context, std::initializer_list<int> numbers);

    /// What the wait is to be bound to.
    [[nodiscard]] boost::asio::cancellation_slot slot() { return cancellation_.slot(); }

    /// No signal is waited for any longer: the context's run() may return.
    void disarm() { signals_.disarm(); }

    /// The first signal that came, whether it has been taken or is still pending; or 0.
    [[nodiscard]] int signal() const { return signal_ != 0 ? signal_ : signals_.pending(); }

  private:
    int signal_ = 0;
    boost::asio::cancellation_signal cancellation_;
    Signals signals_;
};

}  // namespace terminal
