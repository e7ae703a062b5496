#pragma once

#include <cstdint>
#include <loopingcall/time.hpp>

namespace loopingcall {

/// What a body may know about the call it is making: which one, and when it was meant to be.
///
/// A body that takes a `const Tick&` gets it; a body that takes nothing does not pay for it.
/// The planned time travels with the call: computing it by adding to *now* would drift.
struct Tick {
    /// Ordinal of this call, from 0. Every call begun counts.
    std::uint64_t index = 0;
    /// Ticks that passed without a call since the previous one, up to the moment this one began.
    std::uint64_t missed = 0;
    /// The tick this call serves: one of the grid, or the end of a delay that the body asked for,
    /// or the moment of a trigger().
    TimePoint due;
    /// When the call really began. Before `due` only if jitter had it so.
    TimePoint started;
};

}  // namespace loopingcall
