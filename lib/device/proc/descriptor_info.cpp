#include "descriptor_info.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "device/take_line.hpp"
#include "device/take_word.hpp"

namespace loopingcall::device::detail {

namespace {

template <class Number>
Number number_of(std::string_view word, int base) {
    Number number = 0;
    std::from_chars(word.data(), word.data() + word.size(), number, base);
    return number;
}

}  // namespace

DescriptorInfo parse_descriptor_info(std::string_view fdinfo) {
    DescriptorInfo info;
    bool has_flags = false;
    while (!fdinfo.empty()) {
        std::string_view line = take_line(fdinfo);
        const std::string_view label = take_word(line);
        if (label == "flags:" && !has_flags) {
            has_flags = true;
            constexpr int octal = 8;
            info.is_path_only = (number_of<unsigned>(take_word(line), octal) & O_PATH) != 0;
        } else if (label == "lock:") {
            take_word(line);  // its number
            if (take_word(line) == "FLOCK") info.has_flock = true;
        }
    }
    return info;
}

std::size_t descriptors_in_flight(std::string_view fdinfo) {
    while (!fdinfo.empty()) {
        std::string_view line = take_line(fdinfo);
        constexpr int decimal = 10;
        if (take_word(line) == "scm_fds:") return number_of<std::size_t>(take_word(line), decimal);
    }
    return 0;
}

}  // namespace loopingcall::device::detail
