// loopingcall: runs a command at an interval until it succeeds.
#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <iostream>
#include <loopingcall/config/config.hpp>
#include <loopingcall/fixed_interval_looping_call.hpp>
#include <loopingcall/process/execute.hpp>

#include "loopingcall/invocation.hpp"
#include "terminal/interrupt.hpp"
#include "terminal/standard_streams.hpp"
#include "terminal/utf8_text.hpp"

namespace repeat {
namespace {

using namespace loopingcall;
using Nanoseconds = std::chrono::nanoseconds;
using terminal::as_utf8;

/// How a call ended. Until that is known, it did not in time.
struct Call {
    process::ExecuteResult result = {};
    int exit_code = timed_out;
    std::string text = "was ended: it took too long";
    bool is_final = false;
};

Call call_of(boost::system::error_code error, process::ExecuteResult result) {
    if (error == asio::error::operation_aborted) return {.result = std::move(result)};
    Call call{.exit_code = refused, .text = error ? result.message : to_string(result.status)};
    if (result.status.exited()) call.exit_code = result.status.exit_code();
    if (result.status.killed()) call.exit_code = 128 + result.status.signal();
    if (error == process::errc::not_found) call.exit_code = not_found;
    if (error == process::errc::not_executable) call.exit_code = not_executable;
    call.is_final = error || result.status.exited(0);
    call.result = std::move(result);
    return call;
}

Options loop_options(const config::Config& values) {
    const auto limit = [&](const char* key) -> std::optional<Duration> {
        const auto time = values.get<Nanoseconds>(key);
        return time == Nanoseconds::max() ? std::nullopt : std::optional(time);
    };
    Options options{.interval = values.get<Nanoseconds>("DEFAULT.interval"),
                    .jitter = values.get<double>("DEFAULT.jitter"),
                    .timeout = limit("DEFAULT.timeout"),
                    .call_timeout = limit("DEFAULT.call_timeout"),
                    .max_calls = values.get_optional<std::int64_t>("DEFAULT.max_calls"),
                    .on_error = {OnError::keep_schedule}};
    if (!values.get<bool>("DEFAULT.backoff")) return options;
    options.on_error = {OnError::backoff, {.initial = options.interval, .jitter = options.jitter}};
    return options;
}

class Repetition {
  public:
    explicit Repetition(const Invocation& invocation)
        : invocation_(invocation), status_(invocation.progress) {}

    int run() {
        asio::io_context context(1);
        terminal::Interrupt interrupt(context);
        FixedIntervalLoopingCall<> loop(context.get_executor(),
                                        [this](Tick tick) { return call(tick); });
        interrupt.slot().assign([&](asio::cancellation_type) { loop.stop(cancel); });
        Outcome<void> outcome;
        loop.start(loop_options(invocation_.values))
            .async_wait([&](const std::exception_ptr&, Outcome<void> ended) {
                outcome = std::move(ended);
                interrupt.disarm();
            });
        context.run();
        status_.clear();
        return conclude(outcome, interrupt.signal());
    }

  private:
    asio::awaitable<Step<void>> call(Tick tick) {
        last_ = {};
        const process::Command command{.argv = invocation_.command};
        const process::ExecuteOptions options{.max_output = std::size_t{64} << 20U};
        auto [error, result] =
            co_await process::async_execute(co_await asio::this_coro::executor, command, options,
                                            asio::as_tuple(asio::use_awaitable));
        last_ = call_of(error, std::move(result));
        tell(tick.index + 1);
        if (last_.is_final) co_return done();
        co_return failed(make_error_code(process::errc::unexpected_exit_code));
    }

    void tell(std::uint64_t number) {
        const std::string text =
            invocation_.command.front() + ": call " + std::to_string(number) + " " + last_.text;
        status_.clear();
        if (!invocation_.json) std::cerr << last_.result.standard_error;
        if (invocation_.verbose) std::cerr << "loopingcall: " << text << '\n';
        if (!last_.is_final) status_.show(text, terminal::Mood::waiting);
    }

    int conclude(const Outcome<void>& outcome, int signal) const {
        int code = last_.exit_code;
        std::string name = code == 0 ? "done" : "failed";
        if (outcome.reason != StopReason::done) name = to_string(outcome.reason);
        if (outcome.reason == StopReason::timed_out) code = timed_out;
        if (signal != 0) name = "interrupted", code = 128 + signal;
        const std::chrono::duration<double> elapsed = Clock::now() - begun_;
        const auto calls = outcome.stats.runs;
        if (invocation_.json) {
            std::cout
                << boost::json::object{{"schema", "loopingcall/1"},
                                       {"result", name},
                                       {"exit_code", code},
                                       {"elapsed_seconds", elapsed.count()},
                                       {"calls", calls},
                                       {"message", last_.text},
                                       {"standard_output", as_utf8(last_.result.standard_output)},
                                       {"standard_error", as_utf8(last_.result.standard_error)}}
                << std::endl;
            return code;
        }
        std::cout << last_.result.standard_output << std::flush;
        if (invocation_.quiet || (code == 0 && !invocation_.verbose)) return code;
        std::cerr << "loopingcall: " << invocation_.command.front() << ": " << name << " after "
                  << calls << (calls == 1 ? " call" : " calls") << "; the last one " << last_.text
                  << '\n';
        return code;
    }

    using Clock = std::chrono::steady_clock;

    const Invocation& invocation_;
    terminal::StatusLine status_;
    Clock::time_point begun_ = Clock::now();
    Call last_ = {};
};

}  // namespace
}  // namespace repeat

int main(int count, char** arguments) {
    terminal::occupy_closed_streams();
    try {
        const auto invocation = repeat::read_invocation({arguments + 1, arguments + count});
        const int code =
            invocation.exit_code ? *invocation.exit_code : repeat::Repetition(invocation).run();
        return terminal::output_arrived("loopingcall") ? code : repeat::refused;
    } catch (const std::exception& error) {
        std::cerr << "loopingcall: " << error.what() << '\n';
        return repeat::refused;
    }
}
