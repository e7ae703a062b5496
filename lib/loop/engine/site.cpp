#include "site.hpp"

#include <utility>

#include "loop/inner_executor.hpp"
#include "running_engines.hpp"

namespace loopingcall::detail {

Site::Site(asio::any_io_executor executor_, std::shared_ptr<TimerQueue> queue_,
           std::shared_ptr<RunningEngines> engines_)
    : executor(std::move(executor_)),
      queue(std::move(queue_)),
      engines(std::move(engines_)),
      runs_anywhere(is_context_executor(executor)) {
    engines->add(*this);
}

Site::~Site() { engines->remove(*this); }

std::shared_ptr<Site> Site::of(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue) {
    const std::shared_ptr<RunningEngines> engines = RunningEngines::of(executor);
    if (auto last = engines->last_site(); last && last->queue == queue) {
        if (last->executor == executor) return last;
    }
    auto site = std::make_shared<Site>(std::move(executor), std::move(queue), engines);
    engines->set_last_site(site);
    return site;
}

}  // namespace loopingcall::detail
