#pragma once

#include <filesystem>
#include <string>

namespace loopingcall::config::detail {

/// Why root must not follow a file or directory that was found and not named: which other
/// user may change it. Empty if no other user can, or if we are not root.
[[nodiscard]] std::string why_not_trusted(const std::filesystem::path& path);

struct FileText {
    std::string text = {};
    std::string error = {};  ///< as a part of a sentence; empty if there is none
};

/// Reads a whole file of at most 64 MiB. Blocks as long as open() and read() do.
/// @param must_be_trusted  as by why_not_trusted(), of the very file that is open. Then a pipe is
///                         refused: it may never have a writer.
[[nodiscard]] FileText read_text(const std::filesystem::path& path, bool must_be_trusted);

}  // namespace loopingcall::config::detail
