#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace test {

/// A tmpfs with a file and a directory, mounted below a directory that passes its mounts on if
/// `shared`.
class Mounted {
  public:
    Mounted(const std::filesystem::path& directory, bool shared) : base_(directory / "base") {
        std::filesystem::create_directory(base_);
        has_base_ =
            ::mount("none", base_.c_str(), "tmpfs", 0, nullptr) == 0 &&
            ::mount(nullptr, base_.c_str(), nullptr, shared ? MS_SHARED : MS_PRIVATE, nullptr) == 0;
        std::filesystem::create_directory(point());
        done_ = has_base_ && ::mount("none", point().c_str(), "tmpfs", 0, nullptr) == 0;
        std::filesystem::create_directory(point() / "directory");
        std::ofstream(point() / "file") << std::string(4096, 'x');
    }
    ~Mounted() {
        ::umount2((point() / "directory").c_str(), MNT_DETACH);
        ::umount2(point().c_str(), MNT_DETACH);
        if (has_base_) ::umount2(base_.c_str(), MNT_DETACH);
    }
    Mounted(const Mounted&) = delete;
    Mounted& operator=(const Mounted&) = delete;

    [[nodiscard]] bool done() const { return done_; }
    /// With a blank, and a byte that is no UTF-8.
    [[nodiscard]] std::filesystem::path point() const { return base_ / "a \xFF mount"; }
    [[nodiscard]] std::filesystem::path base() const { return base_; }
    [[nodiscard]] bool umount() const { return ::umount2(point().c_str(), 0) == 0; }

  private:
    std::filesystem::path base_;
    bool has_base_ = false;
    bool done_ = false;
};

}  // namespace test
