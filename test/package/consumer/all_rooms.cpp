// Uses all rooms.
#include <boost/asio.hpp>
#include <iostream>
#include <loopingcall/config/command_line.hpp>
#include <loopingcall/config/config.hpp>
#include <loopingcall/device/instance_deploy_failure.hpp>
#include <loopingcall/device/wait_until_free.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/process/execute.hpp>

using namespace loopingcall;

int main(int, char** arguments) {
    const auto options =
        config::Config::load({{"agent", "name", config::TextType{}, "me"}}, {.environment = {}});
    boost::asio::io_context context;
    int ends = 0;
    process::async_execute(context.get_executor(), {.argv = {"true"}}, {},
                           [&](boost::system::error_code, const process::ExecuteResult& result) {
                               if (result.status.exited(0)) ++ends;
                           });
    device::async_wait_until_free(
        context.get_executor(), {arguments[0]},
        {.check_device_timeout = Duration::zero(), .check_device_probe = device::Probe::procfs},
        [&](const std::exception_ptr&, const std::vector<device::WaitResult>& results) {
            std::cout << describe(results.at(0)) << '\n';
            // Only this program itself has it open.
            if (results.at(0).report.state == device::State::free) ++ends;
        });
    context.run();
    try {
        device::require_free({{.report = {.device = "/dev/sda", .state = device::State::busy}}});
    } catch (const device::InstanceDeployFailure&) {
        ++ends;  // thrown by the library, caught by its user
    }
    return ends == 3 && options.get<std::string>("agent.name") == "me" ? 0 : 1;
}
