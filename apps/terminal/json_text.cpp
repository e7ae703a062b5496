#include "terminal/json_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "terminal/utf8_text.hpp"

namespace terminal {

namespace {

namespace json = boost::json;

void write_text(std::string_view text, std::string& into) {
    into += json::serialize(json::string_view(as_utf8(text)));
}

void write_number(double number, std::string& into) {
    // JSON has neither infinity nor nan. The longest double has 309 digits before the point.
    if (!std::isfinite(number)) {
        into += "null";
        return;
    }
    char text[400];
    into.append(text,
                std::to_chars(text, text + sizeof text, number, std::chars_format::fixed).ptr);
}

void write(const json::value& value, std::string& into) {
    const char* separator = "";
    if (const auto* const object = value.if_object()) {
        into += '{';
        for (const auto& [key, member] : *object) {
            into += separator;
            write_text(key, into);
            into += ':';
            write(member, into);
            separator = ",";
        }
        into += '}';
    } else if (const auto* const array = value.if_array()) {
        into += '[';
        for (const json::value& item : *array) {
            into += separator;
            write(item, into);
            separator = ",";
        }
        into += ']';
    } else if (const auto* const text = value.if_string()) {
        write_text(*text, into);
    } else if (const auto* const number = value.if_double()) {
        write_number(*number, into);
    } else {
        into += json::serialize(value);
    }
}

std::string in_hexadecimal(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char character : bytes) {
        const auto byte = static_cast<unsigned char>(character);
        text += digits[byte >> 4U];
        text += digits[byte & 0xFU];
    }
    return text;
}

}  // namespace

std::string json_text(const json::value& value) {
    std::string text;
    write(value, text);
    return text;
}

void add_name(json::object& object, std::string_view key, std::string_view name) {
    const std::string valid = as_utf8(name);
    object[key] = valid;
    if (valid != name) object[std::string(key) + "_bytes"] = in_hexadecimal(name);
}

double json_seconds(std::chrono::nanoseconds duration) {
    return std::round(std::chrono::duration<double, std::milli>(duration).count()) / 1000;
}

}  // namespace terminal
