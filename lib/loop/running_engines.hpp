#pragma once

#include <boost/asio/execution_context.hpp>
#include <loopingcall/detail/engine.hpp>
#include <mutex>
#include <vector>

namespace loopingcall::detail {

/// The loops that run in an execution context, so that they are let go of when it is destroyed.
///
/// A running loop keeps itself alive, and so does a coroutine that waits for a loop it owns;
/// without this list, neither would ever be freed once nobody is left to run them.
class RunningEngines final : public asio::execution_context::service {
  public:
    // The name and type that asio::use_service asks for.
    using key_type = RunningEngines;
    static asio::execution_context::id id;

    explicit RunningEngines(asio::execution_context& context) : service(context) {}

    void insert(Engine& engine);
    void erase(Engine& engine) noexcept;

  private:
    void shutdown() override;

    std::mutex mutex_;
    std::vector<Engine*> engines_;
};

}  // namespace loopingcall::detail
