#pragma once

#include <cstddef>
#include <cstdint>

namespace test {

// What holds for every text that comes from outside, whatever it is made of. Each aborts if it does
// not hold. libFuzzer looks for such texts (`./dev fuzz`); the seeds in corpus/ are checked by
// test_fuzz, with any compiler.

/// The state that an answer of `fuser` proves is backed by it. The first byte says how fuser ended,
/// the second where its two outputs part.
void check_fuser(const std::uint8_t* bytes, std::size_t size);

/// The same for `lsof`.
void check_lsof(const std::uint8_t* bytes, std::size_t size);

/// The tables of mounts and of swaps give no more rows than they have lines, and no longer names.
void check_mountinfo(const std::uint8_t* bytes, std::size_t size);

/// A table of evidence with a use in it is busy, and one with a gap is never free.
void check_evidence(const std::uint8_t* bytes, std::size_t size);

/// The answer of a root helper is free only if it is whole. The first byte is its exit status.
void check_helper(const std::uint8_t* bytes, std::size_t size);

/// A name is shown without control characters, as UTF-8, in JSON, and differs from any other.
void check_printable(const std::uint8_t* bytes, std::size_t size);

/// What is read from a file, written again, is read as the same; an error has a line of the file.
void check_ini(const std::uint8_t* bytes, std::size_t size);

/// What is taken for a duration is one, and is read as the same when it is written again.
void check_duration(const std::uint8_t* bytes, std::size_t size);

}  // namespace test
