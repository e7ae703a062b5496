#include "option_table.hpp"

namespace diskwait {

namespace config = loopingcall::config;
using namespace std::chrono_literals;

const config::OptionTable& option_table() {
    static const config::OptionTable table{
        {.group = "disk_partitioner",
         .name = "check_device_interval",
         .type = config::DurationType{.minimum = 1ms},
         .default_value = "1",
         .help = "time from the start of one check to the start of the next: seconds, or with a "
                 "unit (500ms, 2s, 1m)",
         .alias = "interval,i"},
        {.group = "disk_partitioner",
         .name = "check_device_max_retries",
         .type = config::IntegerType{.minimum = 1},
         .default_value = "20",
         .help = "how many checks are made before a device counts as busy",
         .alias = "max-retries,n"},
    };
    return table;
}

}  // namespace diskwait
