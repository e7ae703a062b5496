#include "udev_ask.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "device/openings/disk_locks.hpp"
#include "process/launch/descriptor.hpp"
#include "udev_event.hpp"

namespace loopingcall::device::detail {

std::string new_uuid() {
    std::array<std::uint64_t, 2> random{};
    (void)::getrandom(random.data(), sizeof random, GRND_NONBLOCK);
    random[0] ^= static_cast<std::uint64_t>(::getpid());  // should there be no entropy yet
    return uuid_of(random[0], random[1]);
}

Asked ask_for_event(const UdevDisk& disk, const std::string& uuid, const UdevPlaces& places) {
    const process::detail::Descriptor file(
        ::open(disk.uevent_file.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.is_open()) return Asked::refused;  // before the locks, which take long to read
    if (!find_disk_locks(disk.node, places).workers.empty()) return Asked::worker;
    const std::string text = "change " + uuid;
    const bool sent =
        ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return sent ? Asked::sent : Asked::refused;
}

}  // namespace loopingcall::device::detail
