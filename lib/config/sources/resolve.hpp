#pragma once

#include <loopingcall/config/diagnostic.hpp>
#include <loopingcall/config/option.hpp>
#include <loopingcall/config/setting.hpp>
#include <vector>

#include "collect.hpp"
#include "config/options/option_index.hpp"

namespace loopingcall::config::detail {

struct Resolved {
    std::vector<Setting> settings;  ///< in the order of the table
    std::vector<Diagnostic> diagnostics = {};
};

/// Puts the values of other options in the place of their names, and reads what comes of it. An
/// option for which that fails has its default.
///
/// Each option is read once, however many others refer to it; a value cannot grow beyond 1 MiB by
/// that.
[[nodiscard]] Resolved resolve(const OptionTable& table, const OptionIndex& index,
                               std::vector<Candidate> candidates);

}  // namespace loopingcall::config::detail
