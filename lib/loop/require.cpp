#include "require.hpp"

#include <sstream>
#include <stdexcept>

namespace loopingcall::detail {

namespace {

[[noreturn]] void refuse(const std::string& field, const std::string& value, const char* accepted) {
    throw std::invalid_argument(field + " is " + value + "; it must be " + accepted);
}

}  // namespace

void require(bool valid, const std::string& field, Duration value, const char* accepted) {
    if (!valid) refuse(field, std::to_string(value.count()) + " ns", accepted);
}

void require(bool valid, const std::string& field, double value, const char* accepted) {
    if (valid) return;
    std::ostringstream text;
    text << value;
    refuse(field, text.str(), accepted);
}

}  // namespace loopingcall::detail
