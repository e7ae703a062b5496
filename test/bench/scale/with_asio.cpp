#include <boost/asio.hpp>
#include <vector>

#include "scale/recorder.hpp"

namespace bench {

namespace {

namespace asio = boost::asio;

/// What people write: one steady_timer per call, set again from its own expiry.
class Timer {
  public:
    Timer(asio::io_context& context, Recorder& recorder, Plan::Clock::time_point first)
        : timer_(context, first), recorder_(&recorder) {
        wait();
    }

  private:
    void wait() {
        timer_.async_wait([this](boost::system::error_code error) {
            if (error) return;
            if (recorder_->tick(timer_.expiry())) {
                return static_cast<asio::io_context&>(timer_.get_executor().context()).stop();
            }
            timer_.expires_at(timer_.expiry() + Plan::interval);
            wait();
        });
    }

    asio::basic_waitable_timer<Plan::Clock, asio::wait_traits<Plan::Clock>,
                               asio::io_context::executor_type>
        timer_;
    Recorder* recorder_;
};

}  // namespace

Scale scale_by_hand(std::int64_t count) {
    Plan plan(count);
    Recorder recorder(plan);
    asio::io_context context(1);
    std::vector<std::unique_ptr<Timer>> timers;
    timers.reserve(static_cast<std::size_t>(count));
    const double before = heap_bytes();
    plan.begins();
    for (std::int64_t i = 0; i < count; ++i) {
        timers.push_back(std::make_unique<Timer>(context, recorder, plan.first(i)));
    }
    const double bytes = (heap_bytes() - before) / static_cast<double>(count);
    context.run();
    Scale scale = recorder.result();
    scale.bytes = bytes;
    return scale;
}

}  // namespace bench
