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
/// mask is restored. Signals that were blocked when the program was started stay blocked, and a
/// SIGHUP that was ignored (`nohup`) stays ignored.
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

    /// Each that comes takes effect by itself from now on, and so does one that is pending.
    void let_through() const;

    /// As before let_through().
    void block() const;

    /// Each that comes has no effect from now on, and neither has one that is pending.
    void ignore() const;

  private:
    void wait();

    sigset_t numbers_{};
    boost::asio::posix::stream_descriptor descriptor_;
    signalfd_siginfo received_{};
    std::function<void(int)> take_;
};

}  // namespace terminal
