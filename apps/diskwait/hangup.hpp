#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <loopingcall/config/config.hpp>

namespace diskwait {

/// Calls back whenever SIGHUP comes, which asks a program to read its configuration again.
class Hangup {
  public:
    Hangup(boost::asio::io_context& context, std::function<void()> callback);

  private:
    void wait();

    boost::asio::signal_set signals_;
    std::function<void()> callback_;
};

/// Reads the configuration of a wait again and tells standard error what came of it.
/// @return whether it may have changed.
bool reload(loopingcall::config::Config& config, bool quiet);

}  // namespace diskwait
