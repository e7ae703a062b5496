#pragma once

#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <initializer_list>

#include <sys/signalfd.h>

namespace terminal {

/// Signals as events of an event loop. None of them is ever lost.
///
/// They are blocked, for the thread that makes the object and those that it starts later, and stay
/// so when the object is gone: a signal that comes afterwards is pending, and takes effect when the
/// mask is set as it was. A signal that was blocked when the program was started is left alone, and
/// so is a SIGHUP that was ignored (`nohup`).
class Signals {
  public:
    /// @param take  is called by the event loop with the number of each signal that comes.
    /// @throws std::system_error if there is no descriptor.
    Signals(boost::asio::io_context& context, std::initializer_list<int> numbers,
            std::function<void(int)> take);

    /// No signal is waited for any longer: the context's run() may return.
    void disarm();

    /// A signal that has come and was not taken; 0 if there is none. It stays pending.
    [[nodiscard]] int pending() const;

    /// Takes all that have come back, as if they had not.
    void discard_pending() const;

  private:
    void wait();

    sigset_t numbers_{};
    boost::asio::posix::stream_descriptor descriptor_;
    signalfd_siginfo received_{};
    std::function<void(int)> take_;
};

}  // namespace terminal
