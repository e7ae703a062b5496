#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <loopingcall/detail/engine.hpp>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "site.hpp"

namespace loopingcall::detail {

/// The loops that run in an execution context, and whether that context is still alive.
///
/// They are kept alive by it: the owner of a loop may be gone before it ends. While there are
/// any, they are outstanding work of the context, whatever becomes of their timer meanwhile. When
/// the context goes, they are let go of, and every loop learns that there is none any more.
///
/// It outlives the context, because loops do.
///
/// @par Thread safety  all functions from any thread.
class RunningEngines {
  public:
    /// Those of the context that `executor` belongs to.
    static std::shared_ptr<RunningEngines> of(const asio::any_io_executor& executor);

    /// A loop that no longer runs. Nothing else may be keeping it alive, or its context busy: to be
    /// destroyed when all waiters have the outcome, and outside of any lock.
    struct Released {
        std::shared_ptr<Engine> engine;
        asio::any_io_executor work;
    };

    /// @throws system_error with `operation_aborted` if the context is gone.
    void insert(std::shared_ptr<Engine> engine, const asio::any_io_executor& executor);
    Released erase(Engine& engine) noexcept;

    /// Keeps the context from going until the lock is destroyed.
    /// @return an empty one if it is gone.
    [[nodiscard]] std::unique_lock<std::mutex> hold();

    void add(Site& site);
    void remove(Site& site) noexcept;
    [[nodiscard]] std::shared_ptr<Site> last_site() const;
    void set_last_site(const std::shared_ptr<Site>& site);

    /// No thread runs the context any more, and it is about to be destroyed.
    void context_goes() noexcept;

  private:
    mutable std::mutex mutex_;
    bool gone_ = false;
    asio::any_io_executor work_;  // tracked while engines_ is not empty
    std::vector<std::shared_ptr<Engine>> engines_;
    std::unordered_set<Site*> sites_;
    std::weak_ptr<Site> last_site_;
};

}  // namespace loopingcall::detail
