#pragma once

#include <functional>
#include <random>

namespace loopingcall::detail {

/// Numbers from [0, 1): the user's, or those of a small engine of its own with a seed of its own,
/// so that neither two processes nor two loops ever move in step.
class Random {
  public:
    explicit Random(std::function<double()> given);

    double draw() { return given_ ? given_() : uniform_(engine_); }

  private:
    std::function<double()> given_;
    std::minstd_rand engine_;
    std::uniform_real_distribution<double> uniform_{0.0, 1.0};
};

}  // namespace loopingcall::detail
