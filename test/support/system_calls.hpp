#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace test {

/// How many system calls `work` makes, counted in a child process that is traced; empty where that
/// is not permitted.
std::optional<std::uint64_t> system_calls_of(const std::function<void()>& work);

}  // namespace test
