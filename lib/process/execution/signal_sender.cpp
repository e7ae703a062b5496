#include <loopingcall/process/signal_sender.hpp>

#include "signal_relay.hpp"

namespace loopingcall::process {

SignalSender::SignalSender() : relay_(std::make_shared<detail::SignalRelay>()) {}

void SignalSender::signal(int number) const { relay_->send(number); }

}  // namespace loopingcall::process
