#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace terminal {

// For what may block in the kernel for ever, such as a FIFO without a writer, or a path on a dead
// file system.

/// Does `work` on a thread of its own, which takes no signals and may be abandoned. `work` must own
/// what it uses.
/// @throws std::system_error if there is no thread.
void start_in_background(std::function<void()> work);

/// The same, and waits for it.
/// @param limit  how long it is waited for; without a value, as long as it takes.
/// @return whether it was done in time. Throws what `work` threw.
[[nodiscard]] bool done_in_background(std::function<void()> work,
                                      std::optional<std::chrono::nanoseconds> limit);

/// Brings what a thread in the background has found to an event loop, unless that is gone by then.
class Mailbox {
  public:
    /// Does something on the event loop. It may be copied, and called from any thread at any time.
    using Poster = std::function<void(std::function<void()>)>;

    explicit Mailbox(boost::asio::io_context& context);
    /// From now on, nothing is done any more.
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    [[nodiscard]] Poster poster() const;

  private:
    struct Link;
    std::shared_ptr<Link> link_;
};

/// Ends the process with its standard streams written, and returns if no thread is left behind: one
/// that is must not see static objects destroyed.
void exit_if_left_behind(int code);

}  // namespace terminal
