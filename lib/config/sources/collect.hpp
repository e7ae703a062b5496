#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/setting.hpp>
#include <loopingcall/config/sources.hpp>
#include <string>
#include <vector>

#include "config/options/option_index.hpp"

namespace loopingcall::config::detail {

/// What an option is to have: the texts of its value, of which only a MultiType has several.
struct Candidate {
    std::vector<std::string> texts = {};
    /// Whether the value was quoted in its file, so that a # in it is meant.
    bool is_quoted = false;
    Origin origin = {};
    std::vector<Overridden> overridden = {};
};

struct Collected {
    std::vector<Candidate> candidates;  ///< in the order of the table
    std::vector<Diagnostic> diagnostics = {};
};

/// Goes through all sources and finds for each option the value that takes effect and the values
/// that it overrides. Reports files that cannot be read, lines that are wrong, names that are
/// unknown, deprecated or repeated. Does not examine what the values mean.
[[nodiscard]] Collected collect(const OptionTable& table, const OptionIndex& index,
                                const Sources& sources);

}  // namespace loopingcall::config::detail
