#include "checker.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "probe.hpp"
#include "process_info.hpp"
#include "run_in_background.hpp"

namespace loopingcall::device::detail {

namespace {

std::string in_milliseconds(Duration time) {
    using std::chrono::milliseconds;
    return std::to_string(std::chrono::duration_cast<milliseconds>(time).count()) + " ms";
}

bool is_among(const Identity& one, const std::vector<Identity>& others) {
    return std::any_of(others.begin(), others.end(), [&](const Identity& other) {
        return one.number == other.number && one.path == other.path;
    });
}

bool is_cancellation(const std::system_error& error) {
    return error.code() == std::errc::operation_canceled;
}

}  // namespace

asio::awaitable<Gate::Place> Gate::enter() {
    co_await places_.async_send(boost::system::error_code{}, asio::use_awaitable);
    co_return Place(*this);
}

Checker::Checker(std::filesystem::path device, const WaitOptions& options,
                 std::shared_ptr<CheckContext> context, EarlyWake& wake)
    : device_(std::move(device)), options_(options), context_(std::move(context)), wake_(wake) {}

asio::awaitable<Report> Checker::check() {
    deadline_ = loopingcall::detail::saturating_add(std::chrono::steady_clock::now(),
                                                    options_.check_device_probe_timeout);
    Report report;
    try {
        report = co_await find_out();
    } catch (const std::system_error& error) {
        // No thread, no descriptor: nothing is known of the device, and the wait can go on.
        if (is_cancellation(error)) throw;
        report = unknown(error.what());
    }
    report.device = device_;
    free_before_ = report.state == State::free;
    co_return report;
}

asio::awaitable<Report> Checker::find_out() {
    if (options_.check_device_early_wake) wake_.watch_tables();
    std::optional<Survey> survey = co_await survey_now();
    const bool is_to_come = survey && survey->device.missing && options_.wait_for_device && !known_;
    if (is_to_come) {
        watch();  // it may have come before that
        survey = co_await survey_now();
    }
    if (!survey) {
        co_return unknown("it could not be looked at within " +
                          in_milliseconds(options_.check_device_probe_timeout));
    }
    const Identified& now = survey->device;
    if (!now.identity) {
        const bool removed = now.missing && known_;
        co_return unknown(removed ? "it was removed while it was waited for" : now.problem);
    }
    if (known_ && !known_->same_as(*now.identity)) {
        co_return unknown("another device has its name since it is waited for");
    }
    co_return co_await judge(std::move(*survey));
}

asio::awaitable<std::optional<Survey>> Checker::survey_now() {
    const SurveyOptions wanted{.claims = options_.check_device_kernel_claims,
                               .partitions = options_.check_device_children};
    std::function<Survey()> look = [device = device_, wanted] {
        return survey_device(device, wanted);
    };
    const Gate::Place place = co_await context_->gate.enter();
    co_return co_await find_in_background(look, time_left());
}

asio::awaitable<Report> Checker::judge(Survey survey) {
    std::vector<std::string> changes = changes_to(survey);
    known_ = survey.device.identity;
    partitions_ = std::move(survey.partitions);
    parts_ = {*known_};
    if (options_.check_device_children) {
        parts_.insert(parts_.end(), partitions_.begin(), partitions_.end());
    }
    watch();

    Evidence evidence;
    evidence.as_root = ::geteuid() == 0 || !options_.root_helper.empty();
    const bool by_program = options_.check_device_probe != Probe::procfs;
    evidence.probe.state = State::free;
    if (by_program) evidence.probe = co_await ask();
    evidence.claims = std::move(survey.claims);
    const bool proven = !evidence.probe.holders.empty() || !evidence.claims.empty();
    if (!by_program || (!proven && evidence.probe.state == State::free)) {
        evidence.scan = co_await context_->scan->scan(parts_, time_left());
        if (!evidence.scan) {
            co_return unknown("/proc could not be looked through within " +
                              in_milliseconds(options_.check_device_probe_timeout));
        }
        const bool found = proven || !evidence.scan->holders.front().empty();
        if (!found && options_.check_device_kernel_claims && known_->is_block_device) {
            const auto claim = co_await try_exclusively();
            if (claim) evidence.claims.push_back(*claim);
        }
    }
    Report report = conclude(std::move(evidence), options_.check_device_strict);
    report.changes = std::move(changes);
    if (options_.check_device_early_wake) heed(report);
    co_return report;
}

void Checker::heed(const Report& report) {
    if (report.state == State::busy) wake_.watch_holders(report.holders);
    const bool has_to_stay_free = options_.check_device_quiet > Duration::zero();
    wake_.heed_tables(report.state == State::free ? has_to_stay_free : !report.claims.empty());
}

asio::awaitable<Report> Checker::ask() {
    Report report;
    {
        const Gate::Place place = co_await context_->gate.enter();
        report = co_await ask_program(*known_, options_);
    }
    co_await identify_holders(report);
    co_return report;
}

asio::awaitable<void> Checker::identify_holders(Report& report) {
    if (report.holders.empty()) co_return;
    std::function<std::vector<Holder>()> look = [holders = report.holders]() mutable {
        for (Holder& holder : holders) identify(holder);
        return std::move(holders);
    };
    auto identified = co_await find_in_background(look, time_left());
    if (identified) report.holders = std::move(*identified);
}

/// An opening that is refused is no event, but one that succeeds is; so the nodes are not watched
/// meanwhile. What is refused is tried once more when they are watched again, lest its release in
/// between goes unnoticed.
asio::awaitable<std::optional<Claim>> Checker::try_exclusively() {
    std::function<std::optional<Claim>()> open_all = [parts = parts_]() -> std::optional<Claim> {
        for (const Identity& part : parts) {
            if (auto claim = find_exclusive_claim(part)) return claim;
        }
        return std::nullopt;
    };
    const Gate::Place place = co_await context_->gate.enter();
    wake_.unwatch_nodes();
    const auto first = co_await find_in_background(open_all, time_left());
    watch();
    if (!first) throw std::system_error(std::make_error_code(std::errc::timed_out), "open(O_EXCL)");
    if (!*first) co_return std::nullopt;
    std::function<std::optional<Claim>()> open_again = [part = parts_, path = (*first)->path] {
        const auto refused = std::find_if(part.begin(), part.end(),
                                          [&](const Identity& one) { return one.path == path; });
        return find_exclusive_claim(*refused);
    };
    const auto second = co_await find_in_background(open_again, time_left());
    co_return second ? *second : *first;
}

/// Looks the device up on the event loop: only after that has been done in the background, and did
/// not hang.
void Checker::watch() {
    if (!options_.check_device_early_wake) return;
    const bool openings = free_before_ && options_.check_device_quiet > Duration::zero();
    wake_.watch_nodes(device_, nodes(), openings);
}

std::vector<std::string> Checker::changes_to(const Survey& survey) {
    std::vector<std::string> changes;
    if (!known_) return changes;
    for (const Identity& partition : survey.partitions) {
        if (is_among(partition, partitions_)) continue;
        changes.push_back("partition " + printable(partition.path.native()) + " appeared");
    }
    for (const Identity& partition : partitions_) {
        if (is_among(partition, survey.partitions)) continue;
        changes.push_back("partition " + printable(partition.path.native()) + " disappeared");
    }
    return changes;
}

std::vector<std::filesystem::path> Checker::nodes() const {
    std::vector<std::filesystem::path> paths;
    for (const Identity& part : parts_) paths.push_back(part.path);
    return paths;
}

Report Checker::unknown(std::string reason) const {
    return {.device = device_, .reason = std::move(reason)};
}

Duration Checker::time_left() const {
    const auto left = deadline_ - std::chrono::steady_clock::now();
    return std::max<Duration>(left, std::chrono::milliseconds{1});
}

}  // namespace loopingcall::device::detail
