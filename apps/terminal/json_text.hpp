#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>

namespace terminal {

/// JSON as any reader takes it, on one line: numbers have plain decimals (`0.025`, never `2.5E-2`),
/// and each byte of a text that is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_text(const boost::json::value& value);

/// Adds a name of the system to an object: as it is, with JSON's own escapes alone. If it is no
/// UTF-8, which JSON cannot have, a second member `key_bytes` has its bytes in hexadecimal.
void add_name(boost::json::object& object, std::string_view key, std::string_view name);

/// A number of seconds, to the millisecond.
[[nodiscard]] double json_seconds(std::chrono::nanoseconds duration);

}  // namespace terminal
