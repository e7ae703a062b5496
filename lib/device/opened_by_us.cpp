#include "opened_by_us.hpp"

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace loopingcall::device::detail {

namespace {

/// Of the whole process: a wait may open what another one watches.
struct Register {
    std::mutex mutex = {};
    std::map<std::string, OwnOpenings> nodes = {};
};

/// Never destroyed: a thread that the kernel holds up may end after main() has returned.
Register& openings() {
    static Register& all = *new Register;
    return all;
}

}  // namespace

OwnOpening::OwnOpening(std::filesystem::path node) : node_(std::move(node)) {
    Register& all = openings();
    const std::scoped_lock lock(all.mutex);
    ++all.nodes[node_.native()].begun;
}

OwnOpening::~OwnOpening() {
    Register& all = openings();
    const std::scoped_lock lock(all.mutex);
    OwnOpenings& node = all.nodes.at(node_.native());
    if (refused_) {
        --node.begun;
    } else {
        ++node.ended;
    }
}

OwnOpenings own_openings_of(const std::filesystem::path& node) {
    Register& all = openings();
    const std::scoped_lock lock(all.mutex);
    const auto found = all.nodes.find(node.native());
    return found == all.nodes.end() ? OwnOpenings{} : found->second;
}

}  // namespace loopingcall::device::detail
