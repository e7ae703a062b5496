#include <boost/json.hpp>
#include <boost/json/src.hpp>
#include <cmath>

#include "result.hpp"

namespace diskwait {

namespace {

namespace json = boost::json;
namespace config = loopingcall::config;
namespace device = loopingcall::device;

/// To the millisecond.
double seconds(std::chrono::nanoseconds duration) {
    return std::round(std::chrono::duration<double, std::milli>(duration).count()) / 1000;
}

json::value text_or_null(const std::string& text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value number_or_null(std::size_t number) {
    return number == 0 ? json::value(nullptr) : json::value(number);
}

json::object to_object(const device::Holder& holder) {
    return {{"pid", holder.pid},
            {"command", holder.command},
            {"user", holder.user},
            {"access", json::value_from(holder.access)},
            {"path", holder.path.string()}};
}

json::object to_object(const device::WaitResult& wait) {
    const device::Report& report = wait.report;
    json::array holders;
    for (const auto& holder : report.holders) holders.push_back(to_object(holder));
    return {{"device", report.device.string()},
            {"state", device::to_string(report.state)},
            {"checks", wait.checks},
            {"elapsed_seconds", seconds(wait.elapsed)},
            {"reason", text_or_null(report.reason)},
            {"holders", std::move(holders)},
            {"claims", json::array()},
            {"uninspected_processes", report.uninspected_processes},
            {"message", device::describe(wait)}};
}

json::object to_object(const config::Diagnostic& problem) {
    return {{"file", text_or_null(problem.location.file)},
            {"line", number_or_null(problem.location.line)},
            {"column", number_or_null(problem.location.column)},
            {"key", text_or_null(problem.key)},
            {"code", problem.code},
            {"message", problem.message}};
}

}  // namespace

std::string to_json(const Result& result) {
    json::array devices;
    for (const auto& wait : result.devices) devices.push_back(to_object(wait));
    json::array errors;
    for (const auto& problem : result.errors) errors.push_back(to_object(problem));
    return json::serialize(json::object{{"schema", "diskwait/1"},
                                        {"result", result.name},
                                        {"exit_code", result.exit_code},
                                        {"elapsed_seconds", seconds(result.elapsed)},
                                        {"devices", std::move(devices)},
                                        {"errors", std::move(errors)}});
}

}  // namespace diskwait
