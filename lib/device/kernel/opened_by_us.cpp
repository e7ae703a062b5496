#include "opened_by_us.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace loopingcall::device::detail {

struct CountedNode::Entry {
    OwnOpenings count = {};
    std::size_t users = 0;
};

/// Of the whole process: a wait may open what another one watches.
struct CountedNode::Register {
    std::mutex mutex = {};
    std::map<std::string, Entry> nodes = {};  // its entries do not move
};

/// Never destroyed: a thread that the kernel holds up may end after main() has returned.
CountedNode::Register& CountedNode::all() {
    static Register& all = *new Register;
    return all;
}

CountedNode::CountedNode(std::filesystem::path node) : path_(std::move(node)) {
    const std::scoped_lock lock(all().mutex);
    entry_ = &all().nodes[path_.native()];
    ++entry_->users;
}

CountedNode::CountedNode(CountedNode&& other) noexcept
    : path_(std::move(other.path_)), entry_(std::exchange(other.entry_, nullptr)) {}

CountedNode::~CountedNode() {
    if (!entry_) return;
    const std::scoped_lock lock(all().mutex);
    if (--entry_->users == 0) all().nodes.erase(path_.native());
}

OwnOpenings CountedNode::count() const {
    const std::scoped_lock lock(all().mutex);
    return entry_->count;
}

OwnOpening::OwnOpening(std::filesystem::path node) : node_(std::move(node)) {
    const std::scoped_lock lock(CountedNode::all().mutex);
    ++node_.entry_->count.begun;
}

OwnOpening::~OwnOpening() {
    const std::scoped_lock lock(CountedNode::all().mutex);
    OwnOpenings& count = node_.entry_->count;
    if (refused_) {
        --count.begun;
    } else {
        ++count.ended;
    }
}

}  // namespace loopingcall::device::detail
