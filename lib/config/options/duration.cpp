#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <loopingcall/config/duration.hpp>

#include "duration_text.hpp"

namespace loopingcall::config {

namespace {

using detail::DurationText;
using std::chrono::nanoseconds;
using Problem = DurationText::Problem;
using Rep = std::int64_t;

constexpr Rep most = std::numeric_limits<Rep>::max();
constexpr std::string_view blanks = " \t";

/// A unit with systemd's names for it.
struct Unit {
    Rep in_nanoseconds;
    std::array<std::string_view, 4> names;
};

constexpr Unit units[] = {
    {604'800'000'000'000, {"w", "week", "weeks"}},
    {86'400'000'000'000, {"d", "day", "days"}},
    {3'600'000'000'000, {"h", "hr", "hour", "hours"}},
    {60'000'000'000, {"m", "min", "minute", "minutes"}},
    {1'000'000'000, {"s", "sec", "second", "seconds"}},
    {1'000'000, {"ms", "msec"}},
    {1'000, {"us", "usec", "\u00b5s", "\u03bcs"}},
    {1, {"ns", "nsec"}},
};

std::optional<Rep> unit_named(std::string_view name) {
    if (name.empty()) return std::nullopt;
    for (const Unit& unit : units) {
        const auto found = std::find(unit.names.begin(), unit.names.end(), name);
        if (found != unit.names.end()) return unit.in_nanoseconds;
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

std::string_view without_leading_blanks(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view take_name(std::string_view& text) {
    const std::size_t length = std::min(text.find_first_of(" \t.0123456789"), text.size());
    const std::string_view name = text.substr(0, length);
    text.remove_prefix(length);
    return name;
}

/// digits * unit, or nothing if it does not fit.
std::optional<Rep> whole_part(std::string_view digits, Rep unit) {
    Rep value = 0;
    for (const char digit : digits) {
        const Rep next = digit - '0';
        if (value > (most - next) / 10) return std::nullopt;
        value = value * 10 + next;
    }
    if (value > most / unit) return std::nullopt;
    return value * unit;
}

/// 0.digits * unit; empty unless that is a whole number of nanoseconds.
std::optional<Rep> fraction_part(std::string_view digits, Rep unit) {
    Rep value = 0;
    Rep rest = unit;
    while (!digits.empty() && digits.back() == '0') digits.remove_suffix(1);
    for (const char digit : digits) {
        // 60 and 3600 are not powers of ten, but every tenth of a minute is whole.
        const Rep tenth = rest / 10;
        if (tenth == 0 || rest % 10 != 0) return std::nullopt;
        value += tenth * (digit - '0');
        rest = tenth;
    }
    return value;
}

/// Takes `1.5` and its unit off a text, part after part: `1h 30min` has two.
class PartReader {
  public:
    explicit PartReader(std::string_view text) : rest_(text) {}

    DurationText read() {
        DurationText sum;
        do {
            const DurationText part = take();
            const bool is_large =
                part.problem == Problem::too_large || part.value > nanoseconds{most} - sum.value;
            if (is_large) {
                sum.problem = Problem::too_large;  // yet what follows may be no duration at all
            } else if (part.problem != Problem::none) {
                return part;
            } else {
                sum.value += part.value;
            }
        } while (!rest_.empty());
        return sum;
    }

  private:
    DurationText take() {
        const std::string_view whole = take_digits(rest_);
        std::string_view fraction;
        if (rest_.starts_with('.')) {
            rest_.remove_prefix(1);
            fraction = take_digits(rest_);
        }
        const auto unit = take_unit();
        if ((whole.empty() && fraction.empty()) || !unit || *unit >= unit_before_) {
            return {.problem = Problem::not_a_duration};
        }
        unit_before_ = *unit;
        const auto whole_value = whole_part(whole, *unit);
        const auto fraction_value = fraction_part(fraction, *unit);
        if (!fraction_value) return {.problem = Problem::too_fine};
        if (!whole_value || *whole_value > most - *fraction_value) {
            return {.problem = Problem::too_large};
        }
        return {.value = nanoseconds{*whole_value + *fraction_value}};
    }

    /// Only a number that is the whole text may lack a unit: `1h30` could mean two things.
    std::optional<Rep> take_unit() {
        if (rest_.empty() && unit_before_ == most) return unit_named("s");
        rest_ = without_leading_blanks(rest_);
        const auto unit = unit_named(take_name(rest_));
        const std::string_view next = without_leading_blanks(rest_);
        if (!next.empty()) rest_ = next;
        return unit;
    }

    std::string_view rest_;
    Rep unit_before_ = most;
};

}  // namespace

DurationText detail::read_duration(std::string_view text) noexcept {
    return PartReader(text).read();
}

std::optional<nanoseconds> parse_duration(std::string_view text) noexcept {
    const DurationText read = detail::read_duration(text);
    return read.problem == Problem::none ? std::optional(read.value) : std::nullopt;
}

std::string format_duration(Duration duration) {
    constexpr Rep day = 86'400'000'000'000;
    for (const Unit& unit : units) {
        if (unit.in_nanoseconds >= day) continue;
        if (duration.count() != 0 && duration.count() % unit.in_nanoseconds == 0) {
            return std::to_string(duration.count() / unit.in_nanoseconds) +
                   std::string(unit.names.front());
        }
    }
    return "0s";
}

}  // namespace loopingcall::config
