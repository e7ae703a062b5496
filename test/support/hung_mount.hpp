#pragma once

#include <filesystem>

namespace test {

/// A FUSE file system whose server never answers, as one on a dead network does: who asks it for
/// anything hangs. Only root can make one.
class HungMount {
  public:
    explicit HungMount(const std::filesystem::path& point);
    ~HungMount();
    HungMount(const HungMount&) = delete;
    HungMount& operator=(const HungMount&) = delete;

    [[nodiscard]] bool mounted() const { return mounted_; }

  private:
    std::filesystem::path point_;
    int server_ = -1;
    bool mounted_ = false;
};

}  // namespace test
