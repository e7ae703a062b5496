#include "running_engines.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "loop/inner_executor.hpp"

namespace loopingcall::detail {

namespace {

/// How an execution context says that it goes.
class RunningEnginesService final : public asio::execution_context::service {
  public:
    // The name and type that asio::use_service asks for.
    using key_type = RunningEnginesService;
    inline static asio::execution_context::id id;

    explicit RunningEnginesService(asio::execution_context& context) : service(context) {}

    std::shared_ptr<RunningEngines> engines = std::make_shared<RunningEngines>();

  private:
    void shutdown() override { engines->context_goes(); }
};

}  // namespace

std::shared_ptr<RunningEngines> RunningEngines::of(const asio::any_io_executor& executor) {
    auto& context = asio::query(executor, asio::execution::context);
    return asio::use_service<RunningEnginesService>(context).engines;
}

// Counted once for all, which costs a loop nothing while others run.
void RunningEngines::insert(std::shared_ptr<Engine> engine, const asio::any_io_executor& executor) {
    const std::scoped_lock lock(mutex_);
    if (gone_) {
        throw boost::system::system_error(asio::error::operation_aborted,
                                          "the execution context of the looping call is gone");
    }
    if (!work_) {
        work_ = asio::prefer(inner_executor(executor), asio::execution::outstanding_work.tracked);
    }
    engine->running_place_ = static_cast<std::uint32_t>(engines_.size());
    engines_.push_back(std::move(engine));
}

RunningEngines::Released RunningEngines::erase(Engine& engine) noexcept {
    const std::scoped_lock lock(mutex_);
    std::swap(engines_[engine.running_place_], engines_.back());
    engines_[engine.running_place_]->running_place_ = engine.running_place_;
    Released released{std::move(engines_.back()), {}};
    engines_.pop_back();
    if (engines_.empty()) released.work = std::exchange(work_, {});
    return released;
}

std::unique_lock<std::mutex> RunningEngines::hold() {
    std::unique_lock lock(mutex_);
    if (gone_) lock.unlock();
    return lock;
}

void RunningEngines::add(Site& site) {
    const std::scoped_lock lock(mutex_);
    sites_.insert(&site);
}

void RunningEngines::remove(Site& site) noexcept {
    const std::scoped_lock lock(mutex_);
    sites_.erase(&site);
}

std::shared_ptr<Site> RunningEngines::last_site() const {
    const std::scoped_lock lock(mutex_);
    return last_site_.lock();
}

void RunningEngines::set_last_site(const std::shared_ptr<Site>& site) {
    const std::scoped_lock lock(mutex_);
    last_site_ = site;
}

// Abandoning one engine may destroy others, and with an executor may go what the user put there.
void RunningEngines::context_goes() noexcept {
    std::unique_lock lock(mutex_);
    gone_ = true;
    while (!engines_.empty()) {
        std::shared_ptr<Engine> engine = engines_.back();
        lock.unlock();
        engine->abandon();
        engine.reset();
        lock.lock();
    }
    while (!sites_.empty()) {
        Site& site = **sites_.begin();
        sites_.erase(&site);
        {
            const asio::any_io_executor dropped = std::exchange(site.executor, {});
            lock.unlock();
        }
        lock.lock();
    }
}

}  // namespace loopingcall::detail
