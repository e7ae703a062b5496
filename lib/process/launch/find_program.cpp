#include "find_program.hpp"

namespace loopingcall::process::detail {

bool is_searched_for(std::string_view program) {
    return program.find('/') == std::string_view::npos;
}

std::vector<std::string> places_of(const std::string& program, std::string_view path) {
    if (!is_searched_for(program)) return {program};
    std::vector<std::string> places;
    for (;;) {
        const std::size_t colon = path.find(':');
        const std::string_view directory = path.substr(0, colon);
        std::string& place = places.emplace_back(directory.empty() ? "." : directory);
        place.append("/").append(program);
        if (colon == std::string_view::npos) return places;
        path.remove_prefix(colon + 1);
    }
}

}  // namespace loopingcall::process::detail
