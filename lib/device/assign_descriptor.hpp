#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <loopingcall/default_token.hpp>

#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

/// Gives the descriptor to the stream, which closes it from then on.
/// @return false, and closes it, if it is not open or epoll does not take it.
inline bool assign(asio::posix::stream_descriptor& stream, process::detail::Descriptor descriptor) {
    if (!descriptor.is_open()) return false;
    boost::system::error_code error;
    stream.assign(descriptor.get(), error);
    if (!error) descriptor.release();
    return !error;
}

}  // namespace loopingcall::device::detail
