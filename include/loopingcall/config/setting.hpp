#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/types.hpp>
#include <loopingcall/export.hpp>
#include <string>
#include <vector>

namespace loopingcall::config {

/// The kinds of sources of a value, lowest precedence first.
enum class Source : unsigned char { none, default_value, file, environment, flag, code };

/// `none`, `default`, `file`, `environment`, `flag` or `code`.
[[nodiscard]] LOOPINGCALL_EXPORT const char* to_string(Source source) noexcept;

/// Where a value comes from.
struct Origin {
    Source source = Source::none;
    Location location = {};  ///< of the value, if it is in a file
    std::string name = {};   ///< of the flag or the environment variable; in a file, of the key
};

/// `default`, `agent.conf:3`, `environment OS_AGENT__NAME`, `flag --name` or `code`.
[[nodiscard]] LOOPINGCALL_EXPORT std::string to_string(const Origin& origin);

/// A value that another value overrides.
struct Overridden {
    Origin origin;
    std::string text;  ///< as given
};

/// The value of an option, and where it comes from.
struct Setting {
    OptionValue value = {};
    Origin origin = {};
    /// The values that it overrides, lowest precedence first; without the default.
    std::vector<Overridden> overridden = {};
    /// Whether it may be shown: neither if it is declared secret, nor if a secret is part of it by
    /// substitution.
    bool secret = false;
};

}  // namespace loopingcall::config
