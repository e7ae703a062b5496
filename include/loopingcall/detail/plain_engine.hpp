#pragma once

#include <loopingcall/detail/body.hpp>
#include <loopingcall/detail/typed_engine.hpp>
#include <memory>
#include <type_traits>
#include <utility>

namespace loopingcall::detail {

/// A loop whose body is a plain function: the call is over when it returns.
template <class T, class Body>
class PlainEngine : public TypedEngine<T> {
  public:
    PlainEngine(asio::any_io_executor executor, std::shared_ptr<TimerQueue> queue, Body body)
        : TypedEngine<T>(std::move(executor), std::move(queue)), body_(std::move(body)) {}

    [[nodiscard]] bool cancellable() const noexcept final { return false; }

  private:
    void call(const Tick& tick) final { this->returned(result_of(tick)); }

    CallResult result_of(const Tick& tick) {
        try {
            if constexpr (std::is_void_v<BodyResult<Body>>) {
                invoke_body(body_, tick);
                return again;
            } else {
                return this->take(invoke_body(body_, tick));
            }
        } catch (...) {
            return this->take_exception();
        }
    }

    Body body_;
};

}  // namespace loopingcall::detail
