#include "process_info.hpp"

#include <pwd.h>
#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>

namespace loopingcall::device::detail {

namespace {

std::string name_of_user(uid_t uid) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/etc/passwd", "re"),
                                                               &std::fclose);
    while (file) {
        passwd entry{};
        passwd* found = nullptr;
        char text[1024];
        if (::fgetpwent_r(file.get(), &entry, text, sizeof text, &found) != 0) break;
        if (found->pw_uid == uid) return found->pw_name;
    }
    return std::to_string(uid);
}

}  // namespace

void identify(Holder& holder) {
    const std::string directory = "/proc/" + std::to_string(holder.pid);
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) return;
    std::getline(std::ifstream(directory + "/comm"), holder.command);
    holder.user = name_of_user(status.st_uid);
}

}  // namespace loopingcall::device::detail
