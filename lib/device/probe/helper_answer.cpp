#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <cstdlib>
#include <loopingcall/device/printable.hpp>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "device/evidence/conclude.hpp"
#include "helper_check.hpp"

namespace loopingcall::device::detail {

namespace {

using Tree = boost::property_tree::ptree;

/// What is wrong with an answer.
struct Objection : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The parser calls itself for each level.
void require_shallow(std::string_view text) {
    int depth = 0;
    for (const char character : text) {
        if (character == '{' || character == '[') ++depth;
        if (character == '}' || character == ']') --depth;
        if (depth > 32) throw Objection("its JSON is nested too deeply");
    }
}

Tree parse(const std::string& text) {
    require_shallow(text);
    std::istringstream stream(text);
    Tree tree;
    try {
        boost::property_tree::read_json(stream, tree);
    } catch (const boost::property_tree::json_parser_error&) {
        throw Objection("it printed no JSON of diskwait");
    }
    return tree;
}

/// Not by a path, in which a dot would separate names.
std::string text_at(const Tree& tree, const char* name) {
    const auto found = tree.find(name);
    if (found == tree.not_found()) throw Objection(std::string("its JSON has no \"") + name + '"');
    return found->second.data();
}

/// Empty if it is null, or the helper is older than the name.
std::string optional_text_at(const Tree& tree, const char* name) {
    const auto found = tree.find(name);
    return found == tree.not_found() || found->second.data() == "null" ? "" : found->second.data();
}

const Tree& list_at(const Tree& tree, const char* name) {
    const auto found = tree.find(name);
    if (found == tree.not_found()) throw Objection(std::string("its JSON has no \"") + name + '"');
    return found->second;
}

std::size_t number_at(const Tree& tree, const char* name) {
    const std::string text = text_at(tree, name);
    char* end = nullptr;
    const unsigned long number = std::strtoul(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0') throw Objection(std::string("bad number in \"") + name + '"');
    return number;
}

template <class Kind>
std::optional<Kind> named(const std::string& name, std::initializer_list<Kind> all) {
    for (const Kind kind : all) {
        if (name == to_string(kind)) return kind;
    }
    return std::nullopt;
}

Seen seen_of(const std::string& name) {
    const auto seen = named<Seen>(
        name, {Seen::nobody, Seen::somebody, Seen::not_applicable, Seen::not_inspected});
    if (!seen) throw Objection("its evidence has an unknown \"seen\": " + printable(name));
    return *seen;
}

std::vector<Holder> holders_of(const Tree& device) {
    std::vector<Holder> holders;
    for (const auto& [ignored, one] : list_at(device, "holders")) {
        Holder holder{.pid = static_cast<pid_t>(number_at(one, "pid")),
                      .command = text_at(one, "command"),
                      .user = text_at(one, "user"),
                      .path = text_at(one, "path")};
        for (const auto& [none, access] : list_at(one, "access")) {
            holder.access.push_back(access.data());
        }
        holder.in_file_system = optional_text_at(one, "in_file_system") == "true";
        holders.push_back(std::move(holder));
    }
    return holders;
}

std::vector<Claim> claims_of(const Tree& device) {
    std::vector<Claim> claims;
    for (const auto& [ignored, one] : list_at(device, "claims")) {
        const auto kind = named<ClaimKind>(
            text_at(one, "kind"), {ClaimKind::mount, ClaimKind::swap, ClaimKind::holder,
                                   ClaimKind::loop, ClaimKind::exclusive, ClaimKind::hidden});
        Claim claim{kind.value_or(ClaimKind::hidden), text_at(one, "detail"), text_at(one, "path")};
        claim.part = optional_text_at(one, "part");
        if (!optional_text_at(one, "namespace_pid").empty()) {
            claim.namespace_pid = static_cast<pid_t>(number_at(one, "namespace_pid"));
            claim.namespace_command = optional_text_at(one, "namespace_command");
        }
        claims.push_back(std::move(claim));
    }
    return claims;
}

/// The helper's table in our own: a source that it does not name counts as not inspected.
EvidenceTable table_of(const Tree& device, ObjectKind kind) {
    EvidenceTable table{.kind = kind,
                        .uninspected_processes = number_at(device, "uninspected_processes")};
    for (const auto& [ignored, item] : list_at(device, "evidence")) {
        const std::string name = text_at(item, "source");
        const auto rows = sources();
        const auto row = std::find_if(rows.begin(), rows.end(),
                                      [&](const SourceRow& one) { return name == one.name; });
        if (row == rows.end()) throw Objection("its evidence has an unknown source");
        table.add({.source = row->source,
                   .seen = seen_of(text_at(item, "seen")),
                   .why = text_at(item, "detail")});
    }
    const auto holders = holders_of(device);
    const auto claims = claims_of(device);
    if (!holders.empty()) table.add(answer(Source::descriptors, holders));
    if (!claims.empty()) table.add(answer(Source::mounts, claims));
    return table;
}

/// A line that a person is to follow; older versions give none.
std::string advice_in(const Tree& device) {
    const auto found = device.find("advice");
    const std::string text = found == device.not_found() ? "" : found->second.data();
    std::string without = text;
    std::erase(without, '\\');
    const bool can_be_shown = printable(without) == without;
    return text == "null" || !can_be_shown ? "" : text;
}

/// The exit statuses of diskwait.
State state_of(const process::WaitStatus& status) {
    if (status.exited(0)) return State::free;
    if (status.exited(1)) return State::busy;
    if (status.exited(3)) return State::unknown;
    throw Objection(to_string(status));
}

Report read(const HelperAnswer& answer, const Identity& device, ObjectKind kind, bool strict) {
    const State state = state_of(answer.status);
    const Tree tree = parse(answer.standard_output);
    if (text_at(tree, "schema") != "diskwait/1") throw Objection("its schema is not diskwait/1");
    if (text_at(tree, "result") != to_string(state)) {
        throw Objection("its result and its exit status differ");
    }
    const Tree& devices = list_at(tree, "devices");
    if (devices.size() != 1) throw Objection("it did not report one device");
    const Tree& one = devices.front().second;
    const std::string name = text_at(one, "device");
    if (name != device.path.native() && name != printable(device.path.native())) {
        throw Objection("it reported another device");
    }
    if (text_at(one, "state") != to_string(state)) throw Objection("it contradicts itself");
    if (state == State::unknown) {
        Report report = conclude(table_of(one, kind), strict);
        report.state = state;
        report.reason = text_at(one, "reason");
        report.advice = advice_in(one);
        return report;
    }
    if (text_at(one, "identity") != to_text(device)) {
        throw Objection("it checked another device or file of this name");
    }
    Report report = conclude(table_of(one, kind), strict);
    if (report.state != state) throw Objection("its evidence does not prove its result");
    report.advice = advice_in(one);
    return report;
}

std::string first_line(const std::string& text) {
    return printable(text.substr(0, text.find('\n')));
}

}  // namespace

Report judge(const HelperAnswer& answer, const Identity& device, ObjectKind kind,
             const WaitOptions& options) {
    Report report;
    try {
        report = read(answer, device, kind, options.check_device_strict);
    } catch (const Objection& objection) {
        const std::string said = first_line(answer.standard_error);
        report.reason = std::string("the check through root_helper failed: ") + objection.what() +
                        (said.empty() ? "" : " (" + said + ')') +
                        "; allow it to run diskwait --one-check";
    }
    report.device = device.path;
    report.diagnostics = answer.standard_error;
    return report;
}

}  // namespace loopingcall::device::detail
