#include "interrupt.hpp"

#include <poll.h>
#include <unistd.h>

namespace terminal {

namespace {

bool would_block() {
    pollfd output{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&output, 1, 0) == 0;
}

}  // namespace

Interrupt::Interrupt(boost::asio::io_context& context, std::initializer_list<int> numbers)
    : signals_(context, numbers, [this](int number) {
          if (signal_ != 0) return;
          signal_ = number;
          cancellation_.emit(boost::asio::cancellation_type::terminal);
      }) {}

int Interrupt::let_through() {
    signal_ = signal();
    if (signal_ != 0) signals_.discard_pending();
    signals_.let_through();
    return signal_;
}

WhileStalled::WhileStalled(const Interrupt& interrupt) {
    if (!would_block()) return;
    signals_ = &interrupt.signals_;
    signals_->let_through();
}

WhileStalled::~WhileStalled() {
    if (signals_ != nullptr) signals_->block();
}

}  // namespace terminal
