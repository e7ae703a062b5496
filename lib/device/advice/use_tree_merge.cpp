#include <algorithm>
#include <functional>

#include "advice.hpp"
#include "use_tree.hpp"

namespace loopingcall::device::detail {

namespace {

bool is_anywhere(const Use& use, const std::function<bool(const Use&)>& wanted) {
    return wanted(use) || std::any_of(use.uses.begin(), use.uses.end(),
                                      [&](const Use& one) { return is_anywhere(one, wanted); });
}

/// What a claim is of: a device or file, not something of the same name on top of it.
Use* find_object(Use& use, const std::string& name) {
    const bool is_object = use.kind != UseKind::process && use.kind != UseKind::swap &&
                           use.kind != UseKind::lock && use.kind != UseKind::udev;
    if (is_object && use.name == name) return &use;
    for (Use& one : use.uses) {
        if (Use* const found = find_object(one, name)) return found;
    }
    return nullptr;
}

Use& place_of(Use& root, const std::filesystem::path& path) {
    Use* const found = find_object(root, path.native());
    return found == nullptr ? root : *found;
}

/// What is not known by its name alone is shown once more by nothing else.
bool is_listed(const Use& root, const Use& place, const Use& claimed) {
    switch (claimed.kind) {
        case UseKind::udev:
        case UseKind::lock:
            return false;
        case UseKind::unseen:
            return claimed.detail == "exclusive" && !place.uses.empty();
        default:
            break;
    }
    return is_anywhere(root, [&](const Use& one) {
        return one.kind == claimed.kind && (one.name == claimed.name || one.maker == "btrfs") &&
               &one != &root;
    });
}

}  // namespace

void merge_report(Use& root, const Report& report) {
    for (const Holder& holder : report.holders) {
        const bool is_known = is_anywhere(
            root, [&](const Use& one) { return one.process && one.process->pid == holder.pid; });
        if (is_known) continue;
        place_of(root, holder.path)
            .uses.push_back({.kind = UseKind::process, .name = holder.command, .process = holder});
    }
    for (const Claim& claim : report.claims) {
        const Report alone{.device = report.device, .claims = {claim}};
        Use claimed = std::move(tree_of(alone).uses.front());
        Use& place = place_of(root, claim.path);
        if (!is_listed(root, place, claimed)) place.uses.push_back(std::move(claimed));
    }
}

}  // namespace loopingcall::device::detail
