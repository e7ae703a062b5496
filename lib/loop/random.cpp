#include "random.hpp"

#include <mutex>
#include <utility>

namespace loopingcall::detail {

namespace {

/// A number that no other loop gets. The operating system is asked once for each process.
std::uint_fast32_t next_seed() {
    static std::mutex mutex;
    static std::mt19937 seeds{std::random_device{}()};
    const std::scoped_lock lock(mutex);
    return static_cast<std::uint_fast32_t>(seeds());
}

}  // namespace

Random::Random(std::function<double()> given) : given_(std::move(given)) {
    if (!given_) engine_.seed(next_seed());
}

}  // namespace loopingcall::detail
