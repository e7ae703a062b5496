#include "loop_devices.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <thread>

#include "block_device.hpp"
#include "opened_by_us.hpp"
#include "process/descriptor.hpp"
#include "shortage.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

/// The kernel asks the file system of the backing file. A live one answers in microseconds.
constexpr std::chrono::milliseconds patience{200};

/// What a thread that may never end shares with the one that waits for it.
struct Question {
    explicit Question(Descriptor opened) : node(std::move(opened)) {}

    Descriptor node;
    std::mutex mutex = {};
    std::condition_variable answered = {};
    bool is_answered = false;
    int error = 0;
    loop_info64 status = {};
};

/// @return nothing if the kernel does not answer.
std::shared_ptr<Question> ask(Descriptor node) {
    const auto question = std::make_shared<Question>(std::move(node));
    std::thread([question] {
        loop_info64 status{};
        const bool done = ::ioctl(question->node.get(), LOOP_GET_STATUS64, &status) == 0;
        const int error = done ? 0 : errno;
        const Descriptor closed = std::move(question->node);
        const std::lock_guard lock(question->mutex);
        question->status = status;
        question->error = error;
        question->is_answered = true;
        question->answered.notify_one();
    }).detach();
    std::unique_lock lock(question->mutex);
    const bool in_time =
        question->answered.wait_for(lock, patience, [&] { return question->is_answered; });
    return in_time ? question : nullptr;
}

void fail(LoopDevice& device, int error) {
    throw_if_shortage(error, device.node);
    device.problem = device.node + " could not be opened, and its backing file is not known: " +
                     std::strerror(error) + "; run as root";
}

/// Asks the kernel what is behind a loop device. Nothing if it was detached meanwhile.
std::optional<LoopDevice> look_behind(const BlockDevice& loop, const std::string& backing_name) {
    LoopDevice device{.node = loop.node.string(), .backing_name = backing_name};
    const OwnOpening own(loop.node);
    Descriptor node(::open(loop.node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!node.is_open() || ::fstat(node.get(), &status) != 0) {
        fail(device, errno);
        return device;
    }
    if (!S_ISBLK(status.st_mode) || status.st_rdev != loop.number) {
        fail(device, ENODEV);
        return device;
    }
    const auto question = ask(std::move(node));
    if (!question) return device;
    const std::lock_guard lock(question->mutex);
    if (question->error == ENXIO) return std::nullopt;
    if (question->error != 0) {
        fail(device, question->error);
        return device;
    }
    device.backing = Backing{.file_system = decode_kernel_number(question->status.lo_device),
                             .inode = question->status.lo_inode,
                             .number = decode_kernel_number(question->status.lo_rdevice)};
    return device;
}

}  // namespace

bool Backing::is(const Identity& part) const {
    if (part.is_block_device) return number == part.number;
    return number == 0 && file_system == part.file_system && inode == part.inode;
}

dev_t decode_kernel_number(std::uint64_t encoded) {
    const auto high = static_cast<unsigned>((encoded >> 8U) & 0xfffU);
    const auto low = static_cast<unsigned>((encoded & 0xffU) | ((encoded >> 12U) & 0xfff00U));
    return makedev(high, low);
}

std::optional<LoopDevice> LoopCache::find(std::uint64_t sequence) {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(sequence);
    return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void LoopCache::put(std::uint64_t sequence, const LoopDevice& device) {
    const std::lock_guard lock(mutex_);
    known_[sequence] = device;
}

LoopTable read_loop_devices(const KernelView& view, LoopCache& cache) {
    LoopTable table{.problem = problem_with_sysfs(view)};
    if (!table.problem.empty()) return table;
    for (const BoundLoop& loop : bound_loops(view.sysfs)) {
        if (auto known = cache.find(loop.sequence)) {
            known->backing_name = loop.backing_name;
            table.devices.push_back(std::move(*known));
            continue;
        }
        auto device = look_behind(loop.device, loop.backing_name);
        if (!device) continue;
        // Sequence 0: the kernel does not count them (Linux before 5.15).
        if (loop.sequence != 0 && device->problem.empty()) cache.put(loop.sequence, *device);
        table.devices.push_back(std::move(*device));
    }
    return table;
}

}  // namespace loopingcall::device::detail
