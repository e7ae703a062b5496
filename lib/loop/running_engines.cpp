#include "running_engines.hpp"

namespace loopingcall::detail {

asio::execution_context::id RunningEngines::id;

void RunningEngines::insert(Engine& engine) {
    const std::scoped_lock lock(mutex_);
    engine.running_place_ = engines_.size();
    engines_.push_back(&engine);
}

void RunningEngines::erase(Engine& engine) noexcept {
    const std::scoped_lock lock(mutex_);
    Engine* const last = engines_.back();
    engines_[engine.running_place_] = last;
    last->running_place_ = engine.running_place_;
    engines_.pop_back();
}

// No thread runs the context any more, but abandoning one engine may destroy others.
void RunningEngines::shutdown() {
    for (;;) {
        std::shared_ptr<Engine> engine;
        {
            const std::scoped_lock lock(mutex_);
            if (engines_.empty()) return;
            engine = engines_.back()->self();
        }
        engine->abandon();
    }
}

}  // namespace loopingcall::detail
