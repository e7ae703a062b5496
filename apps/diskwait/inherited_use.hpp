#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace diskwait {

/// How COMMAND will keep mount points in use because it takes over what this process has: its
/// working directory, its root, and the descriptors that are not closed. A sentence for each mount
/// point. This process itself does not count as a holder: it has ended by then, or has become
/// COMMAND. Call it after the wait: the file systems answer then.
std::vector<std::string> inherited_uses(const std::vector<std::filesystem::path>& devices);

}  // namespace diskwait
