#pragma once

#include <cstddef>
#include <cstdint>

namespace test {

// What holds for every answer of a probe, whatever it is made of. Each makes an answer out of
// bytes, the first of which says how the probe ended, and the second where its two outputs part.

/// Aborts if a verdict on such an answer of `fuser` is not backed by it.
void check_fuser_answer(const std::uint8_t* bytes, std::size_t size);

/// The same for `lsof`.
void check_lsof_answer(const std::uint8_t* bytes, std::size_t size);

}  // namespace test
