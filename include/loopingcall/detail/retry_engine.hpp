#pragma once

#include <loopingcall/detail/make_engine.hpp>
#include <loopingcall/export.hpp>
#include <loopingcall/retry_policy.hpp>
#include <memory>
#include <utility>

namespace loopingcall::detail {

/// What a retry is started with, whatever the type of its value.
struct RetryTerms {
    template <class T>
    explicit RetryTerms(const RetryPolicy<T>& policy)
        : backoff(policy.backoff),
          terms{.timeout = policy.deadline,
                .call_timeout = policy.attempt_timeout,
                .max_calls = attempts_of(policy),
                .observer = policy.observer},
          random(policy.random) {}

    Backoff backoff;
    Terms terms;
    std::function<double()> random;

  private:
    /// The default number of attempts gives way to a deadline that was given.
    template <class T>
    static std::optional<std::uint64_t> attempts_of(const RetryPolicy<T>& policy) {
        if (policy.max_attempts.is_default() && policy.deadline) return std::nullopt;
        return policy.max_attempts;
    }
};

/// @throws std::invalid_argument naming the field, its value and the valid range.
LOOPINGCALL_EXPORT void validate(const RetryTerms& terms, bool cancellable);

LOOPINGCALL_EXPORT void start(Engine& engine, const RetryTerms& terms);

/// A loop that ends with the first success.
template <class T, class Body>
class RetryEngine final : public EngineFor<T, Body> {
  public:
    RetryEngine(const asio::any_io_executor& executor, std::shared_ptr<TimerQueue> queue, Body body,
                std::shared_ptr<const RetryPolicy<T>> policy)
        : EngineFor<T, Body>(executor, std::move(queue), std::move(body)),
          policy_(std::move(policy)) {}

    void start() { detail::start(*this, RetryTerms(*policy_)); }

  private:
    void judge(CallResult& result, std::uint64_t number) override {
        if (std::holds_alternative<Again>(result)) result = Failure{};
        if (const auto* pause = std::get_if<After>(&result)) {
            result = Failure{.delay = pause->delay};
            return;
        }
        if (this->asked_to_give_up()) return;  // the end of it is decided
        Attempt<T> attempt{.number = number};
        auto* failure = std::get_if<Failure>(&result);
        if (failure) {
            attempt.error = failure->error;
        } else if (this->value_) {
            attempt.result = &*this->value_;
        }
        const bool again_without_asking = failure && !failure->error;
        if (!again_without_asking && !worth_retrying(attempt)) {
            if (failure) failure->ends_the_loop = true;
            return;
        }
        Failure retried{.error = attempt.error};
        if (policy_->delay_from) retried.delay = policy_->delay_from(attempt);
        this->value_.reset();
        result = std::move(retried);
    }

    bool worth_retrying(const Attempt<T>& attempt) const {
        if (policy_->should_retry) return policy_->should_retry(attempt);
        return attempt.error && !is_operation_aborted(attempt.error);
    }

    std::shared_ptr<const void> release() noexcept override { return std::move(policy_); }

    [[nodiscard]] bool throws(StopReason reason) const noexcept override {
        return reason != StopReason::done && reason != StopReason::stopped;
    }

    std::shared_ptr<const RetryPolicy<T>> policy_;  // keeps the operation, too
};

}  // namespace loopingcall::detail
