#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace loopingcall::config::detail {

/// The one of `names` that `text` is most likely a misspelling of: at most a third of it differs,
/// case and `-` against `_` aside. Empty if there is none.
[[nodiscard]] std::string nearest(std::string_view text, const std::vector<std::string>& names);

}  // namespace loopingcall::config::detail
