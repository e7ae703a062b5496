#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/error_code.hpp>
#include <cerrno>

#include "process/children/background.hpp"
#include "process/launch/launch_error.hpp"

namespace loopingcall::process::detail {

namespace {

constexpr std::size_t pipe_capacity = std::size_t{1} << 16U;
constexpr int reads_a_turn = 16;

}  // namespace

void Output::open(Descriptor reader) {
    boost::system::error_code error;
    reader_.assign(reader.get(), error);
    if (error) throw LaunchError(error.value(), "watching an output");
    reader.release();
}

void Output::read_available() {
    char buffer[pipe_capacity];
    for (int reads = 0; reads < reads_a_turn; ++reads) {
        const ssize_t size = ::read(reader_.native_handle(), buffer, sizeof buffer);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == EAGAIN) return;
        at_end_ = size <= 0;
        if (at_end_) return;
        keep({buffer, static_cast<std::size_t>(size)});
    }
}

void Output::keep(std::string_view read) {
    const std::string_view kept = read.substr(0, limit_ - text_.size());
    text_.append(kept);
    bytes_ += read.size();
    cut_ = cut_ || (kept.size() < read.size() && !pass_);
    if (pass_) pass_(read);
}

void Output::close() noexcept {
    if (!reader_.is_open()) return;
    Descriptor later(at_end_ ? -1 : ::fcntl(reader_.native_handle(), F_DUPFD_CLOEXEC, 0));
    boost::system::error_code ignored;
    reader_.close(ignored);
    if (later.is_open()) drain_in_background(std::move(later));
}

}  // namespace loopingcall::process::detail
