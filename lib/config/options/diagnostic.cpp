#include <loopingcall/config/diagnostic.hpp>
#include <ostream>
#include <sstream>

#include "config/printable.hpp"

namespace loopingcall::config {

std::ostream& operator<<(std::ostream& stream, const Diagnostic& diagnostic) {
    const Location& location = diagnostic.location;
    if (!location.file.empty()) {
        stream << detail::printable(location.file) << ':';
        if (location.line != 0) stream << location.line << ':' << location.column << ':';
        stream << ' ';
    }
    if (diagnostic.severity == Severity::warning) stream << "warning: ";
    if (!diagnostic.key.empty()) stream << detail::printable(diagnostic.key) << ": ";
    return stream << detail::printable(diagnostic.message);
}

std::string to_string(const Diagnostic& diagnostic) {
    std::ostringstream text;
    text << diagnostic;
    return text.str();
}

}  // namespace loopingcall::config
