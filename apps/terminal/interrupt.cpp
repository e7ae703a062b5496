#include "interrupt.hpp"

#include <csignal>

namespace terminal {

Interrupt::Interrupt(boost::asio::io_context& context) : signals_(context, SIGINT, SIGTERM) {
    signals_.async_wait([this](boost::system::error_code error, int number) {
        if (error) return;
        signal_ = number;
        cancellation_.emit(boost::asio::cancellation_type::terminal);
    });
}

}  // namespace terminal
