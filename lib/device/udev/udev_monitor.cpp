#include "udev_monitor.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "device/rights/rights.hpp"

namespace loopingcall::device::detail {

namespace {

constexpr unsigned kernel_group = 1;
constexpr unsigned udev_group = 2;
constexpr int receive_buffer = 16 << 20;  // a storm of events of other devices passes through it

bool is_of_root(const msghdr& message) {
    for (cmsghdr* one = CMSG_FIRSTHDR(&message); one != nullptr;
         one = CMSG_NXTHDR(const_cast<msghdr*>(&message), one)) {
        if (one->cmsg_level != SOL_SOCKET || one->cmsg_type != SCM_CREDENTIALS) continue;
        ucred credentials{};
        std::memcpy(&credentials, CMSG_DATA(one), sizeof credentials);
        return credentials.uid == 0;
    }
    return false;
}

/// The kernel's have no sender's address; a message to us alone has no group.
bool is_genuine(const msghdr& message, const sockaddr_nl& sender, const UdevEvent& event) {
    const bool from_kernel = sender.nl_pid == 0 && sender.nl_groups == kernel_group;
    const bool from_udevd = sender.nl_groups == udev_group;
    return is_of_root(message) && (event.processed ? from_udevd : from_kernel);
}

}  // namespace

process::detail::Descriptor open_udev_monitor() noexcept {
    process::detail::Descriptor monitor(
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT));
    if (!monitor.is_open()) return monitor;
    const int on = 1;
    if (::setsockopt(monitor.get(), SOL_SOCKET, SO_RCVBUFFORCE, &receive_buffer,
                     sizeof receive_buffer) != 0) {
        (void)::setsockopt(monitor.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer,
                           sizeof receive_buffer);
    }
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = kernel_group | udev_group;
    const bool ready =
        ::setsockopt(monitor.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0 &&
        ::bind(monitor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (!ready) return process::detail::Descriptor{};
    return monitor;
}

bool monitor_hears_kernel() noexcept {
    const process::detail::Descriptor network(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!network.is_open()) return false;
    const process::detail::Descriptor owner(::ioctl(network.get(), NS_GET_USERNS));
    struct stat status {};
    return owner.is_open() && ::fstat(owner.get(), &status) == 0 &&
           status.st_ino == first_user_namespace;
}

UdevEvents read_udev_events(int monitor) {
    UdevEvents read;
    std::array<char, 16384> buffer;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control;
    for (;;) {
        iovec data{buffer.data(), buffer.size()};
        sockaddr_nl sender{};
        msghdr message{};
        message.msg_name = &sender;
        message.msg_namelen = sizeof sender;
        message.msg_iov = &data;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t size = ::recvmsg(monitor, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0 && errno == ENOBUFS) {
            read.lost = true;
            continue;
        }
        if (size < 0) return read;
        if ((message.msg_flags & MSG_TRUNC) != 0) continue;
        auto event = parse_udev_event({buffer.data(), static_cast<std::size_t>(size)});
        if (event && is_genuine(message, sender, *event)) read.events.push_back(std::move(*event));
    }
}

}  // namespace loopingcall::device::detail
