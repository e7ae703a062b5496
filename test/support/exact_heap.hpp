#pragma once

namespace test {

/// Runs this program again, so that the heap in use is known exactly: one heap for all threads, and
/// no caches of threads, which count as in use and fill slowly. The environment does not show it to
/// the programs that a test starts. Does nothing if GLIBC_TUNABLES is set.
/// @throws std::system_error
void run_with_exact_heap(char** arguments);

}  // namespace test
