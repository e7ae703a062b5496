#pragma once

namespace test {

/// Fails a test binary that leaves a process behind, names the process, and kills it.
///
/// Such a process keeps the pipe of ctest open, and ctest waits for it: the test would fail by its
/// time limit, without a reason.
struct NobodyIsLeftBehind {
    NobodyIsLeftBehind();
    void teardown();
};

}  // namespace test
