#pragma once

namespace terminal {

/// A standard stream that the caller has closed must not become the number of a file or device of
/// ours, which messages would then be written to. To be called first of all.
void occupy_closed_streams() noexcept;

/// Writes what is still to be written to standard output.
/// @return whether all of it has arrived; if not, prints why on standard error.
[[nodiscard]] bool output_arrived(const char* program);

}  // namespace terminal
