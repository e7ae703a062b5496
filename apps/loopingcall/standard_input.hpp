#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "terminal/background.hpp"

namespace repeat {

/// What is said if there is data on standard input that no call is to read.
inline constexpr const char* unread_input =
    "standard input has data that COMMAND would not read; give once or each if it is to, or none";

/// Whether a pipe, a socket or a file on standard input has unread data.
/// @param patience  how long a pipe is waited for whose writer has written nothing yet.
[[nodiscard]] bool has_unread_input(std::chrono::milliseconds patience = {});

/// What standard input has up to its end.
struct InputText {
    std::string text = {};
    std::string error = {};  ///< why it is not available; empty if it is
};

/// Reads standard input to its end, on a thread of its own: neither a signal nor a time limit has
/// to wait for its writer.
class InputReader {
  public:
    /// @param take  is called by the event loop.
    InputReader(boost::asio::io_context& context, std::function<void(InputText)> take);

  private:
    terminal::Mailbox mailbox_;
};

}  // namespace repeat
