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
#include <utility>

#include "device/kernel/block_device.hpp"
#include "device/kernel/opened_by_us.hpp"
#include "device/kernel/shortage.hpp"
#include "process/launch/descriptor.hpp"

namespace loopingcall::device::detail {

namespace {

using process::detail::Descriptor;

/// The kernel asks the file system of the backing file. A live one answers in microseconds.
constexpr std::chrono::milliseconds patience{200};

/// What a thread that may never end shares with the one that waits for it.
struct Question {
    explicit Question(const std::filesystem::path& path) : own(path) {}

    OwnOpening own;  // until it is closed, which may be late
    Descriptor node{};
    std::mutex mutex = {};
    std::condition_variable answered = {};
    bool is_answered = false;
    int error = 0;
    loop_info64 status = {};
};

/// @return whether the kernel answers.
bool ask(const std::shared_ptr<Question>& question) {
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
    return question->answered.wait_for(lock, patience, [&] { return question->is_answered; });
}

void fail(LoopDevice& device, int error) {
    throw_if_shortage(error, device.node);
    device.problem = device.node + " could not be opened, and its backing file is not known: " +
                     std::strerror(error) + "; run as root";
}

bool is_node_of(const struct stat& found, const BlockDevice& loop) {
    return S_ISBLK(found.st_mode) && found.st_rdev == loop.number;
}

/// Asks the kernel what is behind a loop device. Nothing if it was detached meanwhile.
std::optional<LoopDevice> look_behind(const BlockDevice& loop, const std::string& backing_name) {
    LoopDevice device{.node = loop.node.string(), .backing_name = backing_name};
    const auto question = std::make_shared<Question>(loop.node);
    struct stat status {};
    // To open a node that has the number of another loop device would make that.
    const bool is_wrong = ::stat(loop.node.c_str(), &status) == 0 && !is_node_of(status, loop);
    if (!is_wrong) {
        question->node = Descriptor(::open(loop.node.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
        if (!question->node.is_open() || ::fstat(question->node.get(), &status) != 0) {
            fail(device, errno);
            return device;
        }
    }
    if (!is_node_of(status, loop)) {
        fail(device, ENODEV);
        return device;
    }
    if (!ask(question)) return device;
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

/// Never destroyed: a thread that the kernel holds up may end after main() has returned.
const std::shared_ptr<LoopCache>& LoopCache::of_this_process() {
    static const auto& cache = *new std::shared_ptr<LoopCache>(std::make_shared<LoopCache>());
    return cache;
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

void LoopCache::keep_only(const std::set<std::uint64_t>& sequences) {
    const std::lock_guard lock(mutex_);
    std::erase_if(known_, [&](const auto& one) { return !sequences.contains(one.first); });
}

LoopTable read_loop_devices(const KernelView& view, LoopCache& cache,
                            const std::function<bool()>& is_spared) {
    LoopTable table{.problem = problem_with_sysfs(view)};
    if (!table.problem.empty()) return table;
    std::set<std::uint64_t> bound;
    bool was_asked = false;
    for (const BoundLoop& loop : bound_loops(view.sysfs)) {
        bound.insert(loop.sequence);
        if (auto known = cache.find(loop.sequence)) {
            known->backing_name = loop.backing_name;
            table.devices.push_back(std::move(*known));
            continue;
        }
        if (!std::exchange(was_asked, true) && is_spared()) return {.is_spared = true};
        auto device = look_behind(loop.device, loop.backing_name);
        if (!device) continue;
        // Sequence 0: the kernel does not count them (Linux before 5.15).
        if (loop.sequence != 0 && device->problem.empty()) cache.put(loop.sequence, *device);
        table.devices.push_back(std::move(*device));
    }
    cache.keep_only(bound);
    return table;
}

}  // namespace loopingcall::device::detail
