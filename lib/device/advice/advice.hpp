#pragma once

#include <loopingcall/device/report.hpp>
#include <string>

namespace loopingcall::device::detail {

/// What ends this one use, without what is on top of it; empty if it is none, but a device or file.
std::string remedy_for(const Use& use);

/// What ends the first obstacle on top of this node: the one that nothing is on top of. Empty if
/// there is none.
std::string first_remedy(const Use& root);

/// What to do about an unknown state, by its reason.
std::string remedy_for_reason(const std::string& reason);

/// What to do first about a use without a visible holder, if this process may not see all
/// processes; empty if it may, or if a holder is visible.
std::string remedy_for_unseen(const Report& report);

/// A tree of what the holders and claims of a report show.
Use tree_of(const Report& report);

/// The node of a stacked device and the name that it was given: of "dm-0 (data-root)".
struct StackedName {
    std::string node = {};   // "/dev/dm-0"
    std::string given = {};  // "data-root"
};
StackedName parse_stacked_name(const std::string& detail);

/// The volume group of "data-root"; a hyphen in a name is doubled: "my--data-root".
std::string volume_group_of(const std::string& name);

}  // namespace loopingcall::device::detail
