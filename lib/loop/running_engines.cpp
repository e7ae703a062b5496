#include "running_engines.hpp"

#include <utility>

namespace loopingcall::detail {

asio::execution_context::id RunningEngines::id;

void RunningEngines::insert(std::shared_ptr<Engine> engine) {
    const std::scoped_lock lock(mutex_);
    engine->running_place_ = static_cast<std::uint32_t>(engines_.size());
    engines_.push_back(std::move(engine));
}

std::shared_ptr<Engine> RunningEngines::erase(Engine& engine) noexcept {
    const std::scoped_lock lock(mutex_);
    std::swap(engines_[engine.running_place_], engines_.back());
    engines_[engine.running_place_]->running_place_ = engine.running_place_;
    std::shared_ptr<Engine> erased = std::move(engines_.back());
    engines_.pop_back();
    return erased;
}

// No thread runs the context any more, but abandoning one engine may destroy others.
void RunningEngines::shutdown() {
    for (;;) {
        std::shared_ptr<Engine> engine;
        {
            const std::scoped_lock lock(mutex_);
            if (engines_.empty()) return;
            engine = engines_.back();
        }
        engine->abandon();
    }
}

}  // namespace loopingcall::detail
