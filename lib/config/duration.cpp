#include <cstdint>
#include <limits>
#include <loopingcall/config/duration.hpp>

namespace loopingcall::config {

namespace {

using std::chrono::nanoseconds;
using Rep = std::int64_t;

struct Unit {
    std::string_view name;
    Rep in_nanoseconds;
};

// Largest first, for format_duration().
constexpr Unit units[] = {{"h", 3'600'000'000'000}, {"m", 60'000'000'000}, {"s", 1'000'000'000},
                          {"ms", 1'000'000},        {"us", 1'000},         {"ns", 1}};

std::optional<Rep> unit_named(std::string_view name) {
    if (name.empty()) name = "s";
    for (const Unit& unit : units) {
        if (unit.name == name) return unit.in_nanoseconds;
    }
    return std::nullopt;
}

bool is_digit(char character) { return character >= '0' && character <= '9'; }

std::string_view take_digits(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && is_digit(text[length])) ++length;
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

/// digits * unit, or nothing if it does not fit.
std::optional<Rep> whole_part(std::string_view digits, Rep unit) {
    constexpr Rep most = std::numeric_limits<Rep>::max();
    Rep value = 0;
    for (const char digit : digits) {
        const Rep next = digit - '0';
        if (value > (most - next) / 10) return std::nullopt;
        value = value * 10 + next;
    }
    if (value > most / unit) return std::nullopt;
    return value * unit;
}

/// 0.digits * unit, or nothing if that is no whole number of nanoseconds.
std::optional<Rep> fraction_part(std::string_view digits, Rep unit) {
    Rep value = 0;
    Rep rest = unit;
    while (!digits.empty() && digits.back() == '0') digits.remove_suffix(1);
    for (const char digit : digits) {
        // 60 and 3600 are no powers of ten: tenths of a minute are whole, all of them.
        const Rep tenth = rest / 10;
        if (tenth == 0 || rest % 10 != 0) return std::nullopt;
        value += tenth * (digit - '0');
        rest = tenth;
    }
    return value;
}

}  // namespace

std::optional<nanoseconds> parse_duration(std::string_view text) noexcept {
    const std::string_view whole = take_digits(text);
    std::string_view fraction;
    const bool has_point = text.starts_with('.');
    if (has_point) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    const auto unit = unit_named(text);
    if (!unit) return std::nullopt;
    const auto whole_value = whole_part(whole, *unit);
    const auto fraction_value = fraction_part(fraction, *unit);
    if (!whole_value || !fraction_value) return std::nullopt;
    if (*whole_value > std::numeric_limits<Rep>::max() - *fraction_value) return std::nullopt;
    return nanoseconds{*whole_value + *fraction_value};
}

std::string format_duration(Duration duration) {
    for (const Unit& unit : units) {
        if (duration.count() != 0 && duration.count() % unit.in_nanoseconds == 0) {
            return std::to_string(duration.count() / unit.in_nanoseconds) + std::string(unit.name);
        }
    }
    return "0s";
}

}  // namespace loopingcall::config
