#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "process/launch/descriptor.hpp"

namespace loopingcall::process::detail {

namespace asio = boost::asio;

/// One of the two outputs of a child: all of it is read, so that the child never blocks, and the
/// beginning of it is kept.
///
/// Between two waits nothing of it is in flight: what there is can be read at any moment, also when
/// the time for it is up.
class Output {
  public:
    using Pass = std::function<void(std::string_view)>;

    /// @param limit  bytes that are kept.
    /// @param pass   is called with each piece, if not empty; must outlive this.
    Output(const asio::any_io_executor& executor, std::size_t limit, const Pass& pass)
        : reader_(executor), limit_(limit), pass_(pass) {}

    /// @param reader  a pipe that does not block.
    /// @throws LaunchError
    void open(Descriptor reader);

    /// Calls `readable()` when there is something to read, or the end.
    template <class Handler>
    void async_wait(Handler readable) {
        reader_.async_wait(asio::posix::stream_descriptor::wait_read, std::move(readable));
    }

    /// Reads what is there, up to a bound, beyond which other work of the event loop has its turn.
    void read_available();

    /// Gives the descriptor up; a pending wait is aborted. What is written from now on is read and
    /// dropped in the background: a writer gets no SIGPIPE.
    void close() noexcept;

    /// Says that the child writes elsewhere.
    void leave_out() noexcept { at_end_ = true; }

    /// Whether no process can write to it any more, and all that was written has been read.
    [[nodiscard]] bool at_end() const noexcept { return at_end_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Whether something that was read was neither kept nor passed on.
    [[nodiscard]] bool cut() const noexcept { return cut_; }
    std::string take() noexcept { return std::move(text_); }

  private:
    void keep(std::string_view read);

    asio::posix::stream_descriptor reader_;
    std::size_t limit_;
    const Pass& pass_;
    std::uint64_t bytes_ = 0;
    std::string text_;
    bool at_end_ = false;
    bool cut_ = false;
};

}  // namespace loopingcall::process::detail
