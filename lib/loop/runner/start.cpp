#include <cmath>
#include <loopingcall/back_off_looping_call.hpp>
#include <loopingcall/detail/retry_engine.hpp>
#include <loopingcall/detail/start.hpp>
#include <loopingcall/dynamic_looping_call.hpp>
#include <loopingcall/options.hpp>
#include <stdexcept>

#include "loop/require.hpp"
#include "loop/schedule/back_off_limits.hpp"
#include "loop/schedule/back_off_schedule.hpp"
#include "loop/schedule/dynamic_schedule.hpp"
#include "loop/schedule/fixed_interval_schedule.hpp"
#include "loop/schedule/retry_schedule.hpp"

namespace loopingcall::detail {

namespace {

constexpr Duration zero = Duration::zero();

void require_not_negative(const char* field, Duration value) {
    require(value >= zero, field, value, "zero or more");
}

void require_positive(const char* field, Duration value) {
    require(value > zero, field, value, "greater than zero");
}

void require_count(const char* field, const std::optional<std::uint64_t>& value) {
    if (value != 0U) return;
    throw std::invalid_argument(std::string(field) +
                                " is 0; it must be at least 1, or empty for no limit");
}

void require_call_timeout(const char* field, const std::optional<Duration>& value,
                          bool cancellable) {
    if (!value) return;
    require_positive(field, *value);
    if (cancellable) return;
    throw std::invalid_argument(std::string(field) +
                                " is set, but the body is a plain function, which cannot be "
                                "interrupted; return asio::awaitable, or leave it empty");
}

void validate(const Terms& terms, bool cancellable) {
    require_not_negative("initial_delay", terms.initial_delay);
    require_not_negative("timeout", terms.timeout.value_or(zero));
    require_call_timeout("call_timeout", terms.call_timeout, cancellable);
    require_count("max_calls", terms.max_calls);
}

void validate(const OnError& on_error) {
    require_count("on_error.max_in_a_row", on_error.max_in_a_row);
    if (on_error.action == OnError::backoff) on_error.delays.validate();
}

template <class Given>
Terms terms_of(const Given& options) {
    return {.initial_delay = options.initial_delay,
            .timeout = options.timeout,
            .call_timeout = options.call_timeout,
            .max_calls = options.max_calls,
            .observer = options.observer};
}

}  // namespace

void start(Engine& engine, const Options& options) {
    Terms terms = terms_of(options);
    terms.tolerance = options.tolerance;
    validate(terms, engine.cancellable());
    require_positive("interval", options.interval);
    require_not_negative("tolerance", options.tolerance);
    require(options.tolerance < options.interval, "tolerance", options.tolerance,
            "less than the interval");
    require_not_negative("first_run_spread", options.first_run_spread);
    require_not_negative("misfire_grace_time", options.misfire_grace_time.value_or(zero));
    require(options.jitter >= 0 && options.jitter < 0.5, "jitter", options.jitter,
            "from 0 to less than 0.5");
    validate(options.on_error);
    engine.start(terms, std::make_unique<FixedIntervalSchedule>(options));
}

void start(Engine& engine, const DynamicOptions& options) {
    const Terms terms = terms_of(options);
    validate(terms, engine.cancellable());
    if (options.periodic_interval_max) {
        require_positive("periodic_interval_max", *options.periodic_interval_max);
    }
    validate(options.on_error);
    engine.start(terms, std::make_unique<DynamicSchedule>(options));
}

// The timeout is not the loop's, but of the waiting since the last success.
void start(Engine& engine, const BackOffOptions& options) {
    Terms terms = terms_of(options);
    validate(terms, engine.cancellable());
    terms.timeout.reset();
    const BackOffLimits limits(options);
    require_positive("starting_interval", options.starting_interval);
    require_not_negative("min_interval", limits.min_interval);
    require(limits.max_interval >= limits.min_interval && limits.max_interval > zero,
            "max_interval", limits.max_interval, "greater than zero and at least min_interval");
    validate(options.on_error);
    require(options.jitter > 0 && std::isfinite(options.jitter), "jitter", options.jitter,
            "greater than zero");
    engine.start(terms, std::make_unique<BackOffSchedule>(options));
}

void validate(const RetryTerms& retry, bool cancellable) {
    require_count("max_attempts", retry.terms.max_calls);
    require_not_negative("deadline", retry.terms.timeout.value_or(zero));
    require_call_timeout("attempt_timeout", retry.terms.call_timeout, cancellable);
    retry.backoff.validate();
}

void start(Engine& engine, const RetryTerms& retry) {
    engine.start(retry.terms, std::make_unique<RetrySchedule>(
                                  retry.backoff, retry.terms.timeout.value_or(Duration::max()),
                                  Random(retry.random)));
}

}  // namespace loopingcall::detail
