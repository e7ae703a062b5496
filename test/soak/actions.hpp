#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <random>

namespace soak {

using Random = std::minstd_rand;

/// From 0 to `most`.
inline int any(Random& random, int most) {
    return std::uniform_int_distribution<>(0, most)(random);
}

/// @name Things that a host does, begun on its event loop, which end by themselves
/// @{
/// A command that succeeds, fails, is missing, says too much, hangs, has a family or leaves a part
/// of one, is cancelled, or gets a signal; its output is kept or passed on.
void run_command(boost::asio::io_context& context, Random& random);
/// A wait for a file that is free, held for a while, missing, made again, or a wait that is
/// cancelled.
void wait_for_device(boost::asio::io_context& context, Random& random,
                     const std::filesystem::path& directory);
/// A loop that is stopped, triggered, reset, cancelled, fails, or is forgotten.
void run_loop(boost::asio::io_context& context, Random& random);
/// @}

/// While there is one, the kernel gives this process few descriptors more than it has.
class FewDescriptors {
  public:
    explicit FewDescriptors(int more);
    ~FewDescriptors();
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

  private:
    unsigned long before_;
};

}  // namespace soak
