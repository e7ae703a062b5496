#pragma once

#include <chrono>
#include <loopingcall/duration.hpp>
#include <loopingcall/export.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace loopingcall::config {

/// Reads a duration: a decimal number of seconds (`1`, `0.5`), or numbers with units, the largest
/// unit first, with or without blanks between them: `500ms`, `2 s`, `10min`, `1h30m`, `1d 12h`.
///
/// The units are `w`, `d`, `h`, `m`, `s`, `ms`, `us` and `ns`, and systemd's other names for them,
/// such as `min`, `hours` and `msec`. Exact: no floating point is involved, and digits below a
/// nanosecond are refused.
///
/// @return empty if the text is not a duration, is negative, or exceeds 292 years.
[[nodiscard]] LOOPINGCALL_EXPORT std::optional<std::chrono::nanoseconds> parse_duration(
    std::string_view text) noexcept;

/// The shortest text that parse_duration() reads as `duration`: `500ms`, `2s`, `90s`, `1m`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string format_duration(Duration duration);

}  // namespace loopingcall::config
