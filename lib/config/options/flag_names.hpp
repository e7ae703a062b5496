#pragma once

#include <boost/program_options/options_description.hpp>
#include <string>
#include <vector>

namespace loopingcall::config::detail {

/// A flag as the documents of a program need it.
struct FlagNames {
    std::string long_form;   ///< `--interval`
    std::string short_form;  ///< `-i`, or nothing
    std::string place;       ///< of the value: `DURATION`; nothing if it has none
    std::string help;

    [[nodiscard]] std::vector<std::string> all() const;
    /// What the value can be, if its place is `one|other`.
    [[nodiscard]] std::vector<std::string> choices() const;
};

[[nodiscard]] std::vector<FlagNames> flag_names(
    const boost::program_options::options_description& flags);

}  // namespace loopingcall::config::detail
