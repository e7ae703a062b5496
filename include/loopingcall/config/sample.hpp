#pragma once

#include <iosfwd>
#include <loopingcall/config/option.hpp>
#include <loopingcall/export.hpp>
#include <string>

namespace loopingcall::config {

/// Writes a sample file in the shape of oslo-config-generator's: every option with its help, bounds
/// and default, commented out. A line that is uncommented is valid and means the default; an
/// option without a default has no such line.
/// @param program  whose options they are.
LOOPINGCALL_EXPORT void write_sample(const OptionTable& table, const std::string& program,
                                     std::ostream& stream);

}  // namespace loopingcall::config
