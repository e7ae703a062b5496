#pragma once

#include <cstddef>
#include <loopingcall/device/report.hpp>
#include <string>

namespace diskwait {

/// How a tree is drawn.
struct TreeForm {
    /// How wide a line may be; longer ones are continued below. 0: no limit.
    std::size_t columns = 0;
    /// Whether lines and names may have characters that are not ASCII.
    bool utf8 = false;
};

/// The form for a terminal or file: as wide as the terminal, or as COLUMNS says; UTF-8 if the
/// locale of the environment is.
[[nodiscard]] TreeForm form_of_tree(int descriptor);

/// A tree of uses, a line or more for each, as lsblk(8) shows devices. Of more than ten processes
/// that use the same thing, the first ten are shown, and how many more there are. Names are escaped
/// as by printable(). A pure function.
[[nodiscard]] std::string tree_text(const loopingcall::device::Use& root, const TreeForm& form);

}  // namespace diskwait
