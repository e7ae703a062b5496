#pragma once

#include <string>
#include <vector>

namespace diskwait {

/// The simple commands of a shell script, as far as its words can be read without running it:
/// quotes are removed, and nothing is expanded. A pure function.
[[nodiscard]] std::vector<std::vector<std::string>> simple_commands(const std::string& script);

}  // namespace diskwait
