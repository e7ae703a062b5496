#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <ctime>
#include <loopingcall/config/show.hpp>
#include <loopingcall/device/printable.hpp>
#include <variant>

#include "result.hpp"
#include "terminal/json_text.hpp"

namespace diskwait {

namespace {

using terminal::add_name;
using terminal::json_seconds;
using terminal::json_text;

namespace json = boost::json;
namespace config = loopingcall::config;
namespace device = loopingcall::device;

/// RFC 3339, to the second.
std::string utc(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value number_or_null(std::size_t number) {
    return number == 0 ? json::value(nullptr) : json::value(number);
}

json::object to_object(const device::Holder& holder) {
    json::object object{{"pid", holder.pid}};
    add_name(object, "command", holder.command);
    add_name(object, "user", holder.user);
    object["access"] = json::value_from(holder.access);
    add_name(object, "path", holder.path.native());
    object["in_file_system"] = holder.in_file_system;
    object["since"] = holder.since ? json::value(utc(*holder.since)) : json::value(nullptr);
    object["unit"] = text_or_null(device::printable(holder.unit));
    object["container"] = text_or_null(device::printable(holder.container));
    return object;
}

json::object to_object(const device::Claim& claim) {
    json::object object{{"kind", device::to_string(claim.kind)}};
    add_name(object, "detail", claim.detail);
    add_name(object, "path", claim.path.native());
    object["part"] = text_or_null(claim.part);
    object["namespace_pid"] = number_or_null(static_cast<std::size_t>(claim.namespace_pid));
    if (claim.namespace_pid != 0) add_name(object, "namespace_command", claim.namespace_command);
    return object;
}

json::object to_object(const device::EvidenceItem& item) {
    return {
        {"source", item.source}, {"seen", device::to_string(item.seen)}, {"detail", item.detail}};
}

json::object to_object(const device::WaitResult& wait) {
    const device::Report& report = wait.report;
    json::array holders;
    for (const auto& holder : report.holders) holders.push_back(to_object(holder));
    json::array claims;
    for (const auto& claim : report.claims) claims.push_back(to_object(claim));
    json::array evidence;
    for (const auto& item : report.evidence) evidence.push_back(to_object(item));
    json::object object;
    add_name(object, "device", report.device.native());
    object["state"] = device::to_string(report.state);
    object["checks"] = wait.checks;
    object["elapsed_seconds"] = json_seconds(wait.elapsed);
    object["reason"] = text_or_null(report.reason);
    object["holders"] = std::move(holders);
    object["claims"] = std::move(claims);
    object["uninspected_processes"] = report.uninspected_processes;
    object["evidence"] = std::move(evidence);
    object["message"] = device::describe(wait);
    return object;
}

json::object file_of(const config::Location& location) {
    json::object object{{"file", nullptr}};
    if (!location.file.empty()) add_name(object, "file", location.file);
    return object;
}

json::object to_object(const config::Diagnostic& problem) {
    json::object object = file_of(problem.location);
    object["line"] = number_or_null(problem.location.line);
    object["column"] = number_or_null(problem.location.column);
    object["key"] = text_or_null(problem.key);
    object["code"] = problem.code;
    object["message"] = problem.message;
    return object;
}

/// Durations are in seconds; one without end is null.
struct ToJson {
    json::value operator()(std::monostate) const { return nullptr; }
    json::value operator()(std::chrono::nanoseconds duration) const {
        if (duration == std::chrono::nanoseconds::max()) return nullptr;
        return std::chrono::duration<double>(duration).count();
    }
    json::value operator()(const config::Items& items) const {
        json::array array;
        for (const config::Item& item : items) array.push_back(std::visit(*this, item));
        return array;
    }
    template <class T>
    json::value operator()(const T& value) const {
        return json::value(value);
    }
};

json::object to_object(const config::Origin& origin) {
    json::object object{{"source", config::to_string(origin.source)}};
    for (auto& [key, value] : file_of(origin.location)) object[key] = std::move(value);
    object["line"] = number_or_null(origin.location.line);
    object["name"] = text_or_null(origin.name);
    return object;
}

json::object to_object(const config::Setting& setting) {
    json::object object = to_object(setting.origin);
    const bool is_set = !std::holds_alternative<std::monostate>(setting.value);
    object["value"] = setting.secret && is_set ? json::value(config::masked)
                                               : std::visit(ToJson{}, setting.value);
    json::array overridden;
    for (const config::Overridden& beaten : setting.overridden) {
        json::object one = to_object(beaten.origin);
        one["text"] = setting.secret ? std::string(config::masked) : beaten.text;
        overridden.push_back(std::move(one));
    }
    object["overrides"] = std::move(overridden);
    return object;
}

}  // namespace

std::string to_json(const config::Config& config) {
    json::object values;
    for (const config::Option& option : config.table()) {
        const std::string key = key_of(option);
        values[key] = to_object(config.setting(key));
    }
    json::array errors;
    for (const auto& problem : config.diagnostics()) errors.push_back(to_object(problem));
    return json_text(json::object{{"schema", "diskwait/1"},
                                  {"result", "config"},
                                  {"exit_code", 0},
                                  {"config", std::move(values)},
                                  {"errors", std::move(errors)}});
}

std::string to_json(const Result& result) {
    json::array devices;
    for (const auto& wait : result.devices) {
        json::object device = to_object(wait);
        if (result.one_check) device["identity"] = wait.report.identity;
        devices.push_back(std::move(device));
    }
    json::array errors;
    for (const auto& problem : result.errors) errors.push_back(to_object(problem));
    return json_text(json::object{{"schema", "diskwait/1"},
                                  {"result", result.name},
                                  {"exit_code", result.exit_code},
                                  {"elapsed_seconds", json_seconds(result.elapsed)},
                                  {"devices", std::move(devices)},
                                  {"errors", std::move(errors)}});
}

}  // namespace diskwait
