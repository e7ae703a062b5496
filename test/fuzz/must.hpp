#pragma once

#include <cstdlib>

namespace test {

/// What libFuzzer, and a test, take notice of.
inline void must(bool holds) {
    if (!holds) std::abort();
}

}  // namespace test
