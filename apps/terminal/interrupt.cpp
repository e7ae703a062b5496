#include "interrupt.hpp"

namespace terminal {

Interrupt::Interrupt(boost::asio::io_context& context, std::initializer_list<int> numbers)
    : signals_(context, numbers, [this](int number) {
          if (signal_ != 0) return;
          signal_ = number;
          cancellation_.emit(boost::asio::cancellation_type::terminal);
      }) {}

}  // namespace terminal
