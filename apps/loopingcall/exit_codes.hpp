#pragma once

#include <bitset>
#include <optional>
#include <string_view>

namespace repeat {

/// A set of exit statuses, 0 to 255; 128+n is the signal n.
class ExitCodes {
  public:
    /// Reads numbers and ranges with commas between them: `1,3-5`. Nothing is the empty set. A pure
    /// function.
    /// @return empty unless the text is such a list.
    [[nodiscard]] static std::optional<ExitCodes> parse(std::string_view text);

    [[nodiscard]] bool contains(int code) const;

    /// The least code that both have.
    [[nodiscard]] std::optional<int> common_with(const ExitCodes& other) const;

  private:
    static constexpr int most = 255;

    std::bitset<most + 1> codes_;
};

/// Which exit statuses end the repetition.
struct RetryRule {
    std::optional<ExitCodes> retry_on = std::nullopt;  ///< nothing: all but those of stop_on
    ExitCodes stop_on = {};

    /// Success does. A code that is to be tried again is, also if it is one of `stop_on`.
    [[nodiscard]] bool is_final(int code) const;
};

}  // namespace repeat
