#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "recorded_case.hpp"

namespace test {

/// How the outcome differs from what was recorded of oslo.config: load, values with their source,
/// or the error in their place, raw texts, changes by a reload, warnings of deprecation. Errors are
/// compared by kind, file and line, never by text. Empty if it does not differ.
[[nodiscard]] std::vector<std::string> differences_from_oslo(const boost::json::object& test_case,
                                                             const RecordedCase& recorded,
                                                             const CaseOutcome& outcome);

/// How it differs from what this project wants of such a case: a member of oslo_config_advice.json.
[[nodiscard]] std::vector<std::string> differences_from_advice(const boost::json::object& advice,
                                                               const CaseOutcome& outcome);

}  // namespace test
