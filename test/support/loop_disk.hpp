#pragma once

#include <filesystem>

namespace test {

/// A real block device with a file behind it. Only root can make one.
class LoopDisk {
  public:
    /// @param file  what is stored behind it; made as large as that, unless that is 0.
    LoopDisk(const std::filesystem::path& file, std::size_t megabytes);
    ~LoopDisk();
    LoopDisk(const LoopDisk&) = delete;
    LoopDisk& operator=(const LoopDisk&) = delete;

    [[nodiscard]] bool attached() const { return attached_; }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Makes the kernel see a partition: the first one goes from the first megabyte to the last but
    /// one, another one is the megabyte of its number.
    /// @return its node, which may not be there yet; empty if that cannot be done.
    [[nodiscard]] std::filesystem::path add_partition(int number = 1) const;
    void remove_partition(int number = 1) const;

    /// Gives the device another file, as if the disk was replaced.
    bool replace(const std::filesystem::path& file);

  private:
    bool attach(const std::filesystem::path& file);
    void detach() const;

    std::filesystem::path path_;
    std::size_t bytes_;
    bool attached_ = false;
};

}  // namespace test
