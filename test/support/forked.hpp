#pragma once

#include <functional>

namespace test {

/// Runs `work` in a forked child of this process, for what would change the process for good, such
/// as giving up root. No check of Boost.Test may be used in it.
/// @return what `work` returned, or 255 if it did not return.
int in_forked_child(const std::function<int()>& work);

/// For a forked child: gives root up, if it is held, so that limits are enforced.
void become_nobody();

}  // namespace test
