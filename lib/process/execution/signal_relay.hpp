#pragma once

#include <functional>
#include <mutex>
#include <utility>

namespace loopingcall::process::detail {

/// Where the signals of a SignalSender go: to whom it was connected last.
class SignalRelay {
  public:
    void connect(std::function<void(int)> deliver) {
        const std::lock_guard lock(mutex_);
        deliver_ = std::move(deliver);
    }

    void send(int number) {
        const std::lock_guard lock(mutex_);
        if (deliver_) deliver_(number);
    }

  private:
    std::mutex mutex_;
    std::function<void(int)> deliver_;
};

}  // namespace loopingcall::process::detail
