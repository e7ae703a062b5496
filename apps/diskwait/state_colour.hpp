#pragma once

#include <loopingcall/device/report.hpp>
#include <string>

#include "terminal/colour.hpp"

namespace diskwait {

/// Green: free; yellow: busy; red: unknown.
[[nodiscard]] terminal::Mood mood_of(loopingcall::device::State state);

/// The sentence of describe(), with its part on the state in the state's colour if the descriptor
/// takes colour. The users of the device, and the reason, keep the terminal's own colour.
[[nodiscard]] std::string coloured(const std::string& sentence,
                                   const loopingcall::device::Report& report, int descriptor);

}  // namespace diskwait
