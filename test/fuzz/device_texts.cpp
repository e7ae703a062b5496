#include <algorithm>
#include <boost/json.hpp>
#include <loopingcall/device/printable.hpp>
#include <string>
#include <string_view>

#include "config/utf8.hpp"
#include "device/kernel/kernel_tables.hpp"
#include "fuzz/must.hpp"
#include "fuzz/properties.hpp"

namespace test {

namespace {

namespace json = boost::json;
using namespace loopingcall::device;

/// The bytes that printable() has shown so.
std::string unescaped(std::string_view shown) {
    std::string name;
    while (!shown.empty()) {
        std::size_t length = 1;
        char byte = shown.front();
        if (byte == '\\') {
            must(shown.size() >= 2);
            byte = shown[1] == 'n' ? '\n' : shown[1] == 't' ? '\t' : shown[1];
            length = 2;
            if (byte == 'x') {
                byte = static_cast<char>(std::stoi(std::string(shown.substr(2, 2)), nullptr, 16));
                length = 4;
            }
        }
        name += byte;
        shown.remove_prefix(length);
    }
    return name;
}

}  // namespace

void check_printable(const std::uint8_t* bytes, std::size_t size) {
    const std::string name(reinterpret_cast<const char*>(bytes), size);
    const std::string shown = printable(name);
    must(std::none_of(shown.begin(), shown.end(), [](char byte) {
        return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    }));
    must(!loopingcall::config::detail::first_bad_byte(shown));
    must(unescaped(shown) == name);
    must(json::parse(json::serialize(json::value(shown))) == json::value(shown));
}

void check_mountinfo(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    const auto mounts = detail::parse_mountinfo(text);
    const auto swaps = detail::parse_swaps(text);
    must(mounts.size() <= lines && swaps.size() <= lines);
    for (const auto& mount : mounts) must(mount.point.size() + mount.source.size() <= size);
    for (const auto& swap : swaps) must(!swap.path.empty() && swap.path.size() <= size);
    must(detail::unescape_octal(text).size() <= size);
}

}  // namespace test
