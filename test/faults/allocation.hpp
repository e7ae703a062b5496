#pragma once

#include <cstddef>
#include <functional>

namespace test {

/// Runs `work` again and again, and has its first allocation fail, then its second, and so on,
/// until it needs no more of them than are granted. It may throw `std::bad_alloc`, and must then
/// leave nothing behind; whatever else it throws is passed on.
/// @param prepare  called before each time, with memory available.
/// @return how many allocations it needs.
std::size_t fail_each_allocation(
    const std::function<void()>& work, const std::function<void()>& prepare = [] {});

}  // namespace test
