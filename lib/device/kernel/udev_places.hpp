#pragma once

#include <filesystem>

namespace loopingcall::device::detail {

/// Where udevd shows what it does: other places in tests.
struct UdevPlaces {
    std::filesystem::path run = "/run/udev";
    std::filesystem::path sysfs = "/sys";
    std::filesystem::path proc = "/proc";
    std::filesystem::path dev = "/dev";
};

}  // namespace loopingcall::device::detail
