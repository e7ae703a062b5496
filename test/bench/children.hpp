#pragma once

#include <chrono>

namespace bench {

/// What it costs to run /bin/true and to read both its outputs.
struct Cost {
    std::chrono::duration<double> launch{0};  // of the event loop's time, to start it
    std::chrono::duration<double> total{0};   // from the start to the result
};

/// posix_spawn, pipes that are close-on-exec, and a pidfd: no less can be done.
Cost run_by_hand();
Cost run_with_loopingcall();
/// Boost.Process v2 with its default launcher.
Cost run_with_boost();
/// asyncio.create_subprocess_exec in a Python with so much memory; the mean of so many runs.
Cost run_with_asyncio(long megabytes, int runs);
#ifdef BENCH_LIBUV
Cost run_with_libuv();
#endif

}  // namespace bench
