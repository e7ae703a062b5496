#pragma once

#include <vector>

namespace test {

/// An io_uring made without a library; -1 if this kernel, or its settings, have none.
int make_ring();

/// Registers these with it: -1 leaves a slot empty.
bool register_files(int ring, const std::vector<int>& files);

/// Maps its queue, which keeps it alive when its descriptor is closed.
bool map_ring(int ring);

}  // namespace test
