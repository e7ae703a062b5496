#pragma once

#include <sys/types.h>

#include <filesystem>
#include <loopingcall/device/wait_until_free.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/child.hpp"
#include "support/loop_disk.hpp"
#include "support/scratch.hpp"

namespace test {

/// A device in use, in one of the ways that there are.
class Situation {
  public:
    virtual ~Situation() = default;
    Situation() = default;
    Situation(const Situation&) = delete;
    Situation& operator=(const Situation&) = delete;

    /// The target; empty if the situation cannot be made here.
    [[nodiscard]] const std::filesystem::path& device() const { return device_; }
    /// The process that uses it, if one can be seen.
    [[nodiscard]] std::optional<pid_t> holder() const { return holder_; }
    /// How the kernel uses it, if that can be seen.
    [[nodiscard]] std::optional<loopingcall::device::ClaimKind> claim() const { return claim_; }

  protected:
    Scratch scratch_{};
    std::unique_ptr<LoopDisk> disk_{};
    std::unique_ptr<Child> child_{};

    std::filesystem::path device_{};
    std::optional<pid_t> holder_{};
    std::optional<loopingcall::device::ClaimKind> claim_{};
};

struct NamedSituation {
    std::string name;
    std::unique_ptr<Situation> (*make)();
};

/// Every row of "in use, yet the tool says free", and plain openings.
std::vector<NamedSituation> situations();

}  // namespace test
