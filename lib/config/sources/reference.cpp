#include "reference.hpp"

#include <utility>

namespace loopingcall::config::detail {

namespace {

constexpr const char* no_reference =
    "its value has a dollar sign that no option name follows; write $$ for a dollar sign";

Target no_target(std::string code, std::string message) {
    return {.problem = {std::move(code), std::move(message), no_reference}};
}

std::optional<std::size_t> find_unqualified(const OptionIndex& index, const std::string& group,
                                            const std::string& name) {
    const auto found = index.find_exactly(group, name);
    return found ? found : index.find_exactly("DEFAULT", name);
}

/// A dot is part of a name: `$host.x` asks for the option x of a group host. oslo has no group
/// of the name DEFAULT.
Target find_in_group(const OptionIndex& index, const std::string& from, const std::string& group,
                     const std::string& name) {
    const auto found = index.find_exactly(group, name);
    const std::string refers = "refers to " + group + '.' + name;
    if (group == "DEFAULT") {
        const std::string way_out = found ? "; write $" + name + " for one of DEFAULT" : "";
        return no_target("subst_no_such_group", refers + ", and there is no such option" + way_out);
    }
    if (found) return {.option = found};
    if (index.has_group_exactly(group)) {
        return no_target("subst_no_such_option", refers + ", and there is no such option");
    }
    const std::string way_out = find_unqualified(index, from, group)
                                    ? "write ${" + group + "}." + name + " for the option " + group
                                    : std::string("write $$ for a dollar sign");
    return no_target("subst_no_such_group", refers + ": no such group [" + group + "]; " + way_out);
}

}  // namespace

/// oslo's order: the option of the same group, that of DEFAULT; with a dot, that of the group.
Target find_target(const OptionIndex& index, const std::string& group, const std::string& name) {
    const std::size_t dot = name.find('.');
    if (dot != std::string::npos) {
        return find_in_group(index, group, name.substr(0, dot), name.substr(dot + 1));
    }
    const auto found = find_unqualified(index, group, name);
    if (found) return {.option = found};
    if (index.has_group(name)) {
        return no_target("subst_group",
                         "refers to " + name + ", which is a group; write ${" + name + ".option}");
    }
    return no_target("subst_no_such_option", "refers to " + name +
                                                 ", and there is no such option in [" + group +
                                                 "] or [DEFAULT]; write $$ for a dollar sign");
}

}  // namespace loopingcall::config::detail
