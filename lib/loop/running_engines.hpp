#pragma once

#include <boost/asio/execution_context.hpp>
#include <loopingcall/detail/engine.hpp>
#include <memory>
#include <mutex>
#include <vector>

namespace loopingcall::detail {

/// The loops that run in an execution context, so that they are let go of when it is destroyed.
///
/// They are kept alive by it: whoever started a loop may be gone before it ends.
class RunningEngines final : public asio::execution_context::service {
  public:
    // The name and type that asio::use_service asks for.
    using key_type = RunningEngines;
    static asio::execution_context::id id;

    explicit RunningEngines(asio::execution_context& context) : service(context) {}

    void insert(std::shared_ptr<Engine> engine);
    /// @return the engine, which nothing but the caller may be keeping alive now.
    std::shared_ptr<Engine> erase(Engine& engine) noexcept;

  private:
    void shutdown() override;

    std::mutex mutex_;
    std::vector<std::shared_ptr<Engine>> engines_;
};

}  // namespace loopingcall::detail
