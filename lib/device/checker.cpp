#include "checker.hpp"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "probe.hpp"
#include "process_info.hpp"
#include "rights.hpp"
#include "run_in_background.hpp"
#include "scan_evidence.hpp"

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
                 std::shared_ptr<CheckContext> context, EarlyWake& wake, UdevCheck& udev)
    : device_(std::move(device)),
      options_(options),
      context_(std::move(context)),
      wake_(wake),
      udev_(udev) {}

asio::awaitable<Report> Checker::check() {
    deadline_ = std::chrono::steady_clock::now() + options_.check_device_probe_timeout;
    Report report;
    try {
        report = co_await find_out(false);
    } catch (const std::system_error& error) {
        // No thread, no descriptor: nothing is known of the device, and the wait can go on.
        if (is_cancellation(error)) throw;
        report = unknown(error.what());
    }
    report.device = device_;
    free_before_ = report.state == State::free;
    co_return report;
}

/// @param again  the disk has just settled, after the sources had been read once.
asio::awaitable<Report> Checker::find_out(bool again) {
    if (options_.check_device_early_wake) wake_.watch_tables();
    if (!again) co_await udev_.settle(time_left());
    std::optional<Survey> survey = co_await survey_now();
    if (survey && survey->device.identity && udev_.was_missing()) {
        co_await udev_.settle(time_left());
        survey = co_await survey_now();
    }
    const bool is_to_come = survey && survey->device.missing && options_.wait_for_device && !known_;
    if (is_to_come) {
        watch();  // it may have come before that
        co_await udev_.settle(time_left());
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
    co_return co_await judge(std::move(*survey), again);
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

asio::awaitable<Report> Checker::judge(Survey survey, bool again) {
    std::vector<std::string> changes = changes_to(survey);
    known_ = survey.device.identity;
    partitions_ = std::move(survey.partitions);
    target_ = {.parts = {*known_}};
    if (options_.check_device_children) {
        target_.parts.insert(target_.parts.end(), partitions_.begin(), partitions_.end());
    }
    if (survey.whole_disk) target_.for_writing.push_back(*survey.whole_disk);
    watch();

    EvidenceTable table{.kind = survey.kind, .answers = std::move(survey.answers)};
    co_await look_at_processes(table);
    if (!again && !table.shows_somebody() && co_await udev_.settle_at_last(time_left())) {
        Report settled = co_await find_out(true);
        settled.changes.insert(settled.changes.begin(), changes.begin(), changes.end());
        co_return settled;
    }
    table.add(co_await udev_.answers(time_left()));
    Report report = conclude(std::move(table), options_.check_device_strict);
    report.changes = std::move(changes);
    if (options_.check_device_early_wake) heed(report);
    co_return report;
}

/// More is looked at only as long as nobody was found, and nothing is in the way of a free state.
asio::awaitable<void> Checker::look_at_processes(EvidenceTable& table) {
    if (options_.check_device_probe == Probe::procfs) {
        table.add(not_applicable(Source::probe, "the scan of /proc alone is asked for"));
    } else {
        Report probe = co_await ask();
        table.diagnostics = std::move(probe.diagnostics);
        const bool answered = probe.state != State::unknown;
        table.add(answered ? answer(Source::probe, std::move(probe.holders))
                           : not_inspected(Source::probe, probe.reason));
        if (!answered || table.shows_somebody()) co_return;
    }
    const auto scan = co_await context_->scan->scan(target_, time_left());
    if (!scan) {
        table.add(not_inspected(Source::process_list,
                                "scanning /proc took longer than check_device_probe_timeout (" +
                                    in_milliseconds(options_.check_device_probe_timeout) + ")"));
        co_return;
    }
    add_scan(table, *scan, rights_now());
    if (!options_.check_device_kernel_claims) {
        table.add(not_applicable(Source::exclusive_open, "excluded by check_device_kernel_claims"));
    } else if (known_->is_block_device && !table.shows_somebody()) {
        table.add(co_await try_exclusively());
    }
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
asio::awaitable<Answer> Checker::try_exclusively() {
    std::function<Answer()> open_all = [parts = target_.parts] {
        for (const Identity& part : parts) {
            Answer one = open_exclusively(part);
            if (one.seen != Seen::nobody) return one;
        }
        return nobody(Source::exclusive_open);
    };
    const Gate::Place place = co_await context_->gate.enter();
    wake_.unwatch_nodes();
    const auto first = co_await find_in_background(open_all, time_left());
    watch();
    if (!first) throw std::system_error(std::make_error_code(std::errc::timed_out), "open(O_EXCL)");
    if (first->seen != Seen::somebody) co_return *first;
    const auto second = co_await find_in_background(open_all, time_left());
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
    for (const Identity& part : target_.parts) paths.push_back(part.path);
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
