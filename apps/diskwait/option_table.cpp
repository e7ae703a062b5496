#include "option_table.hpp"

#include <boost/program_options/parsers.hpp>
#include <map>

namespace diskwait {

namespace config = loopingcall::config;
using namespace std::chrono_literals;

const config::OptionTable& option_table() {
    static const std::string group = "disk_partitioner";
    static const config::OptionTable table{
        {.group = group,
         .name = "check_device_interval",
         .type = config::DurationType{},
         .default_value = "1",
         .help = "time from the start of one check to the start of the next: seconds, or with a "
                 "unit (500ms, 2s, 1m)",
         .alias = "interval,i",
         .is_mutable = true},
        {.group = group,
         .name = "check_device_max_retries",
         .type = config::IntegerType{.minimum = 1},
         .default_value = "20",
         .help = "maximum number of checks; a device still in use after the last one is "
                 "reported as busy",
         .alias = "max-retries,n",
         .is_mutable = true},
        {.group = group,
         .name = "check_device_timeout",
         .type = config::DurationType{.accepts_infinity = true},
         .default_value = "infinity",
         .help = "timeout of the whole wait; 0: check once",
         .alias = "timeout,t"},
        {.group = group,
         .name = "check_device_probe",
         .type = config::ChoiceType{{"fuser", "lsof", "procfs"}},
         .default_value = "fuser",
         .help = "how to find the processes that use a device; procfs is a built-in scan of "
                 "/proc",
         .alias = "probe"},
        {.group = group,
         .name = "check_device_probe_timeout",
         .type = config::DurationType{.minimum = 1ms},
         .default_value = "10",
         .help = "timeout of one check; when it expires, the state of the device is unknown",
         .alias = "probe-timeout"},
        {.group = group,
         .name = "check_device_quiet",
         .type = config::DurationType{},
         .default_value = "0",
         .help = "how long a device must stay free before it is reported as free",
         .alias = "quiet-period"},
        {.group = group,
         .name = "check_device_kernel_claims",
         .type = config::BooleanType{},
         .default_value = "true",
         .help = "count use by the kernel as busy: mounts, swap, device-mapper and md, loop "
                 "devices, exclusive opens",
         .alias = "kernel-claims"},
        {.group = group,
         .name = "check_device_children",
         .type = config::BooleanType{},
         .default_value = "true",
         .help = "count the partitions of a disk",
         .alias = "children"},
        {.group = group,
         .name = "check_device_udev",
         .type = config::BooleanType{},
         .default_value = "true",
         .help = "count a device as busy while udev processes events of its disk, and while "
                 "another process holds the disk's lock",
         .alias = "udev"},
        {.group = group,
         .name = "check_device_strict",
         .type = config::BooleanType{},
         .default_value = "false",
         .help = "report unknown instead of free if anything could not be inspected; --strict "
                 "implies it",
         .alias = "strict-check"},
        {.group = group,
         .name = "check_device_early_wake",
         .type = config::BooleanType{},
         .default_value = "true",
         .help = "make an extra check of a busy device as soon as something changes",
         .alias = "early-wake"},
        {.group = group,
         .name = "check_device_concurrency",
         .type = config::IntegerType{.minimum = 1},
         .default_value = "8",
         .help = "maximum number of checks at the same time",
         .alias = "concurrency"},
        {.group = group,
         .name = "root_helper",
         .type = config::TextType{},
         .default_value = "",
         .help = "command that makes each check as root, by \"diskwait --one-check\", if diskwait "
                 "cannot inspect all processes itself, such as sudo -n",
         .alias = "root-helper"},
    };
    return table;
}

namespace {

std::optional<std::chrono::nanoseconds> limited(std::chrono::nanoseconds time) {
    return time == std::chrono::nanoseconds::max() ? std::nullopt : std::optional(time);
}

}  // namespace

loopingcall::device::WaitOptions wait_options(const config::Config& loaded) {
    const auto key = [](const char* name) { return std::string("disk_partitioner.") + name; };
    const auto duration = [&](const char* name) {
        return loaded.get<std::chrono::nanoseconds>(key(name));
    };
    const auto number = [&](const char* name) {
        return static_cast<std::uint64_t>(loaded.get<std::int64_t>(key(name)));
    };
    const auto flag = [&](const char* name) { return loaded.get<bool>(key(name)); };
    const auto text = [&](const char* name) { return loaded.get<std::string>(key(name)); };
    const std::map<std::string, loopingcall::device::Probe> probes{
        {"fuser", loopingcall::device::Probe::fuser},
        {"lsof", loopingcall::device::Probe::lsof},
        {"procfs", loopingcall::device::Probe::procfs}};
    return {
        .check_device_interval = duration("check_device_interval"),
        .check_device_max_retries = number("check_device_max_retries"),
        .check_device_timeout = limited(duration("check_device_timeout")),
        .check_device_probe = probes.at(text("check_device_probe")),
        .check_device_probe_timeout = duration("check_device_probe_timeout"),
        .check_device_quiet = duration("check_device_quiet"),
        .check_device_kernel_claims = flag("check_device_kernel_claims"),
        .check_device_children = flag("check_device_children"),
        .check_device_udev = flag("check_device_udev"),
        .check_device_strict = flag("check_device_strict"),
        .check_device_early_wake = flag("check_device_early_wake"),
        .check_device_concurrency = number("check_device_concurrency"),
        .root_helper = boost::program_options::split_unix(text("root_helper")),
    };
}

}  // namespace diskwait
