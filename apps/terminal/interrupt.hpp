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

    /// Each signal that comes from now on ends the program at once, wherever it is: what is left to
    /// do may block, for example writing to a full pipe.
    /// @return signal(), which is not to end the program once more.
    int let_through();

  private:
    friend class WhileStalled;

    int signal_ = 0;
    boost::asio::cancellation_signal cancellation_;
    Signals signals_;
};

/// Lets signals end the program at once as long as it lives, if writing to standard error would
/// block: a reader that does not read must not make the program deaf.
class WhileStalled {
  public:
    explicit WhileStalled(const Interrupt& interrupt);
    ~WhileStalled();
    WhileStalled(const WhileStalled&) = delete;
    WhileStalled& operator=(const WhileStalled&) = delete;

  private:
    const Signals* signals_ = nullptr;
};

}  // namespace terminal
