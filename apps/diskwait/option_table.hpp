#pragma once

#include <loopingcall/config/config.hpp>
#include <loopingcall/device/wait_until_free.hpp>

namespace diskwait {

/// The options that a configuration file may hold: those of Ironic's `[disk_partitioner]`, and what
/// stands beside them.
const loopingcall::config::OptionTable& option_table();

/// How devices are waited for, by these options.
loopingcall::device::WaitOptions wait_options(const loopingcall::config::Config& loaded);

}  // namespace diskwait
