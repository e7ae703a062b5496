#include <loopingcall/config/setting.hpp>

#include "config/printable.hpp"

namespace loopingcall::config {

const char* to_string(Source source) noexcept {
    switch (source) {
        case Source::none:
            return "none";
        case Source::default_value:
            return "default";
        case Source::file:
            return "file";
        case Source::environment:
            return "environment";
        case Source::flag:
            return "flag";
        case Source::code:
            return "code";
    }
    return "none";
}

std::string to_string(const Origin& origin) {
    std::string kind = to_string(origin.source);
    switch (origin.source) {
        case Source::file:
            return detail::printable(origin.location.file) + ':' +
                   std::to_string(origin.location.line);
        case Source::environment:
        case Source::flag:
            return kind + ' ' + detail::printable(origin.name);
        default:
            return kind;
    }
}

}  // namespace loopingcall::config
