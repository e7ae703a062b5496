#pragma once

#include <boost/json/value_to.hpp>
#include <string>

namespace test {

/// The text of a value that is a string.
inline std::string string_of(const boost::json::value& value) {
    return boost::json::value_to<std::string>(value);
}

}  // namespace test
