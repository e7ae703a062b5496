#pragma once

#include <loopingcall/config/option.hpp>

namespace diskwait {

/// The options that a configuration file may hold: those of Ironic's `[disk_partitioner]`.
const loopingcall::config::OptionTable& option_table();

inline constexpr const char* interval_key = "disk_partitioner.check_device_interval";
inline constexpr const char* max_retries_key = "disk_partitioner.check_device_max_retries";

}  // namespace diskwait
