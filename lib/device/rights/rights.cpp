#include "rights.hpp"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace loopingcall::device::detail {

namespace {

/// CAP_CHECKPOINT_RESTORE, which older headers do not have (Linux 5.9).
constexpr unsigned checkpoint_restore = 40;

}  // namespace

bool Rights::open_all_processes() const {
    const auto has = [this](unsigned number) { return (capabilities >> number & 1U) != 0; };
    const bool reads_directories = has(CAP_DAC_READ_SEARCH) || has(CAP_DAC_OVERRIDE);
    return in_first_user_namespace && has(CAP_SYS_PTRACE) && reads_directories;
}

bool Rights::follow_mappings() const {
    const auto has = [this](unsigned number) { return (capabilities >> number & 1U) != 0; };
    return open_all_processes() && (has(CAP_SYS_ADMIN) || has(checkpoint_restore));
}

Rights rights_now(const std::filesystem::path& proc) {
    Rights rights;
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) == 0) {
        rights.capabilities = std::uint64_t{data[1].effective} << 32U | data[0].effective;
    }
    struct stat status {};
    rights.in_first_user_namespace =
        ::stat((proc / "self" / "ns" / "user").c_str(), &status) == 0 &&
        status.st_ino == first_user_namespace;
    return rights;
}

}  // namespace loopingcall::device::detail
