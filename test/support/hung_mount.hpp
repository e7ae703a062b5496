#pragma once

#include <filesystem>
#include <string>

namespace test {

/// A FUSE file system whose server never answers, as one on a dead network does: each access to
/// it hangs. Only root can make one.
class HungMount {
  public:
    explicit HungMount(const std::filesystem::path& point);
    ~HungMount();
    HungMount(const HungMount&) = delete;
    HungMount& operator=(const HungMount&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }

    /// Lets the kernel know a name, as if the server had died a moment ago: looking it up needs no
    /// answer for an hour, but its attributes do.
    /// @param mode  of the file, or 0: there is no such file.
    [[nodiscard]] bool make_known(const std::string& name, unsigned mode);

  private:
    std::filesystem::path point_;
    int server_ = -1;
    bool mounted_ = false;
};

}  // namespace test
