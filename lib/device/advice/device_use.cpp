#include "device_use.hpp"

#include <fcntl.h>

#include <array>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "device/kernel/proc_directory.hpp"

namespace loopingcall::device::detail {

namespace {

std::string line_of(const std::filesystem::path& file) {
    const std::string text = read_text(AT_FDCWD, file.c_str()).text;
    return text.substr(0, text.find('\n'));
}

}  // namespace

Use describe_device(const BlockDevice& device, const KernelView& view) {
    Use use{.name = device.node.native()};
    const std::filesystem::path directory = view.sysfs / "class" / "block" / device.name;
    std::error_code error;
    if (std::filesystem::exists(directory / "partition", error)) {
        use.kind = UseKind::partition;
    } else if (device.name.starts_with("loop")) {
        use.kind = UseKind::loop;
        use.detail = line_of(directory / "loop" / "backing_file");
    } else {
        use.maker = maker_of(device.name, line_of(directory / "dm" / "uuid"));
        use.detail = line_of(directory / "dm" / "name");
        if (use.detail.empty()) use.detail = line_of(directory / "md" / "array_name");
        if (!use.maker.empty()) use.kind = UseKind::stacked;
    }
    return use;
}

std::string maker_of(const std::string& kernel_name, const std::string& dm_uuid) {
    constexpr std::array<std::pair<std::string_view, const char*>, 6> by_uuid{
        {{"LVM-", "lvm"},
         {"CRYPT-VERITY", "verity"},
         {"CRYPT-INTEGRITY", "integrity"},
         {"CRYPT-", "crypt"},
         {"mpath-", "multipath"},
         {"", "dm"}}};
    if (kernel_name.starts_with("md")) return "md";
    if (kernel_name.starts_with("bcache")) return "bcache";
    if (!kernel_name.starts_with("dm-")) return {};
    for (const auto& [prefix, maker] : by_uuid) {
        if (dm_uuid.starts_with(prefix)) return maker;
    }
    return {};
}

}  // namespace loopingcall::device::detail
