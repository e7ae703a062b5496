#pragma once

#include <loopingcall/export.hpp>

#include <iosfwd>
#include <string>

namespace loopingcall::device {

/// What one source of evidence shows about the use of a device.
enum class Seen : unsigned char {
    nobody,          ///< it was read completely, and shows no use of the device
    somebody,        ///< it shows a use of the device
    not_applicable,  ///< such a device has no such use, or an option excludes the source
    not_inspected,   ///< it could not be read, or not completely: nothing is known from it
};

/// In words, as in JSON: "nobody", "somebody", "not applicable", "not inspected".
LOOPINGCALL_EXPORT const char* to_string(Seen seen) noexcept;
LOOPINGCALL_EXPORT std::ostream& operator<<(std::ostream& stream, Seen seen);

/// One source of evidence, and what it shows. A device is free only if every source that applies
/// was read and shows no use.
struct EvidenceItem {
    /// The stable name of the source: "descriptors", "mounts", "loop_devices" and so on.
    std::string source = {};
    Seen seen = Seen::not_inspected;
    /// The uses found, or why the source could not be read; may be empty. Names in it
    /// are escaped as by printable().
    std::string detail = {};

    friend bool operator==(const EvidenceItem&, const EvidenceItem&) = default;
};

}  // namespace loopingcall::device
