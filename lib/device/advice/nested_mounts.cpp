#include "nested_mounts.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <utility>

namespace loopingcall::device::detail {

namespace {

constexpr std::size_t most_inner_mounts = 100;
constexpr int deepest_mount = 16;

bool is_below(const Mount& mount, const Mount& upper) {
    const std::string prefix = upper.point == "/" ? "/" : upper.point + '/';
    return mount.point != upper.point && mount.point.starts_with(prefix);
}

/// Of mounts over each other, the first has those below: each mount stands in the tree once.
std::vector<NestedMount> nested(const std::vector<const Mount*>& mounts, int depth) {
    std::vector<NestedMount> nests;
    if (depth > deepest_mount) return nests;
    std::set<std::string> points;
    for (const Mount* const mount : outermost(mounts)) {
        std::vector<const Mount*> below;
        const bool is_first = points.insert(mount->point).second;
        if (is_first) {
            std::copy_if(mounts.begin(), mounts.end(), std::back_inserter(below),
                         [&](const Mount* other) { return is_below(*other, *mount); });
        }
        nests.push_back({mount, nested(below, depth + 1)});
    }
    return nests;
}

}  // namespace

std::vector<const Mount*> outermost(const std::vector<const Mount*>& mounts) {
    std::vector<const Mount*> result;
    std::copy_if(mounts.begin(), mounts.end(), std::back_inserter(result), [&](const Mount* mount) {
        return std::none_of(mounts.begin(), mounts.end(),
                            [&](const Mount* other) { return is_below(*mount, *other); });
    });
    return result;
}

std::vector<NestedMount> mounts_below(const Mount& upper, const std::vector<Mount>& mounts) {
    std::vector<const Mount*> inner;
    for (const Mount& mount : mounts) {
        if (inner.size() == most_inner_mounts) break;
        if (is_below(mount, upper)) inner.push_back(&mount);
    }
    return nested(inner, 0);
}

}  // namespace loopingcall::device::detail
