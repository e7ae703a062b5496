#pragma once

#include <loopingcall/time.hpp>
#include <string>

// How an option out of range is refused.
namespace loopingcall::detail {

/// Throws `std::invalid_argument` naming the field, its value and the valid range, unless `valid`.
void require(bool valid, const std::string& field, Duration value, const char* accepted);
void require(bool valid, const std::string& field, double value, const char* accepted);

}  // namespace loopingcall::detail
