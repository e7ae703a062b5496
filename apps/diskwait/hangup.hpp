#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <loopingcall/config/config.hpp>

#include "terminal/background.hpp"
#include "terminal/signals.hpp"

namespace diskwait {

/// Reads a configuration again on SIGHUP, and reports on standard error what came of it.
///
/// It is read on a thread of its own: a file that cannot be read for now, such as a FIFO or one on
/// a dead file system, holds neither the wait nor another signal up.
class Hangup {
  public:
    /// @param changed  is called by the event loop with the configuration whenever a new one has
    /// been adopted.
    Hangup(boost::asio::io_context& context, loopingcall::config::Config config, bool quiet,
           std::function<void(const loopingcall::config::Config&)> changed);

    /// A signal that comes too late to change anything is as if it had not come.
    void discard_pending() const { signals_.discard_pending(); }

  private:
    void read();
    void take(loopingcall::config::Config config, const loopingcall::config::Reloaded& reloaded);

    loopingcall::config::Config config_;
    bool quiet_;
    std::function<void(const loopingcall::config::Config&)> changed_;
    terminal::Mailbox mailbox_;
    bool is_reading_ = false;
    bool again_ = false;
    terminal::Signals signals_;
};

}  // namespace diskwait
