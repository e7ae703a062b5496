#include "checker.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "conclude.hpp"
#include "confirm_holders.hpp"
#include "helper_check.hpp"
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
                 std::shared_ptr<CheckContext> context, EarlyWake& wake)
    : device_(std::move(device)), options_(options), context_(std::move(context)), wake_(wake) {}

asio::awaitable<Report> Checker::check() {
    deadline_ = std::chrono::steady_clock::now() + options_.check_device_probe_timeout;
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
    std::function<Survey()> look = [device = device_, wanted, loops = context_->loops] {
        return survey_device(device, wanted, *loops);
    };
    const Gate::Place place = co_await context_->gate.enter();
    co_return co_await find_in_background(look, time_left());
}

asio::awaitable<Report> Checker::judge(Survey survey) {
    std::vector<std::string> changes = changes_to(survey);
    known_ = survey.device.identity;
    partitions_ = std::move(survey.partitions);
    target_ = {.parts = {*known_}};
    if (options_.check_device_children) {
        target_.parts.insert(target_.parts.end(), partitions_.begin(), partitions_.end());
    }
    if (survey.whole_disk) target_.for_writing.push_back(*survey.whole_disk);
    to_open_ = {.whole = *known_,
                .partitions = partitions_,
                .partitions_count = options_.check_device_children,
                .partition_is_claimed = survey.partition_is_claimed,
                .unplaced = std::move(survey.unplaced)};
    watch();

    EvidenceTable table{.kind = survey.kind, .answers = std::move(survey.answers)};
    Report report = co_await find_evidence(std::move(table));
    report.changes = std::move(changes);
    report.identity = to_text(*known_);
    if (survey.kind == ObjectKind::directory) {
        report.scope = "what lies below the directory was not inspected";
    }
    if (options_.check_device_early_wake) heed(report);
    co_return report;
}

/// With a root helper, it makes the whole check, so that its evidence is never mixed with what an
/// ordinary user can see; unless that shows somebody already.
asio::awaitable<Report> Checker::find_evidence(EvidenceTable table) {
    const bool by_helper = !options_.root_helper.empty() && !rights_now().open_all_processes();
    if (by_helper && !table.shows_somebody()) {
        Report report;
        {
            const Gate::Place place = co_await context_->gate.enter();
            report = co_await check_through_helper(*known_, table.kind, options_, time_left());
        }
        co_await identify_holders(report);
        co_return report;
    }
    co_await look_at_processes(table);
    co_return conclude(std::move(table), options_.check_device_strict);
}

/// More is looked at only as long as nobody was found, and nothing is in the way of a free state.
asio::awaitable<void> Checker::look_at_processes(EvidenceTable& table) {
    if (options_.check_device_probe == Probe::procfs) {
        table.add(not_applicable(Source::probe, "the scan of /proc alone is asked for"));
    } else {
        Report probe = co_await ask();
        const std::string passed_over = co_await confirm(probe);
        table.diagnostics = std::move(probe.diagnostics);
        const bool answered = probe.state != State::unknown;
        table.add(answered ? answer(Source::probe, std::move(probe.holders))
                           : not_inspected(Source::probe, probe.reason));
        if (answered) table.answers.back().why = passed_over;
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
    to_open_.has_exempt_holder =
        !scan->ignored.empty() || (!scan->targets.empty() && !scan->targets[0].passed_over.empty());
    if (!options_.check_device_kernel_claims || table.shows_somebody()) co_return;
    table.add(co_await open_in_background());
}

void Checker::heed(const Report& report) {
    if (report.state == State::busy) wake_.watch_holders(report.holders);
    const bool has_to_stay_free = options_.check_device_quiet > Duration::zero();
    wake_.heed_tables(report.state == State::free ? has_to_stay_free : !report.claims.empty());
}

asio::awaitable<Report> Checker::ask() {
    const Gate::Place place = co_await context_->gate.enter();
    co_return co_await ask_program(*known_, options_);
}

/// Leaves the holders that count, and finds out who they are.
/// @return what the others do with the device.
asio::awaitable<std::string> Checker::confirm(Report& report) {
    std::erase_if(report.holders, [this](const Holder& one) { return is_ignored(one.pid); });
    if (report.holders.empty()) {
        if (report.state == State::busy) report.state = State::free;
        co_return "";
    }
    const ScanLimits limits{.whole = time_left()};
    std::function<std::pair<Report, std::string>()> look = [target = target_, limits,
                                                            confirmed = report]() mutable {
        std::vector<pid_t> pids;
        for (const Holder& holder : confirmed.holders) pids.push_back(holder.pid);
        const ProcessScan scan = scan_these(pids, {target}, limits);
        confirm_holders(confirmed, scan);
        for (Holder& holder : confirmed.holders) identify(holder);
        return std::pair(std::move(confirmed), in_words(scan.targets.front().passed_over));
    };
    auto found = co_await find_in_background(look, time_left());
    if (!found) co_return "";
    report = std::move(found->first);
    co_return std::move(found->second);
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

bool Checker::is_ignored(pid_t pid) const {
    const auto ignored = context_->ignored.find(pid);
    return ignored != context_->ignored.end() && start_time_of(pid) == ignored->second;
}

/// An opening that is refused is no event, but one that succeeds is; so the nodes are not watched
/// meanwhile. What is refused is tried once more when they are watched again, lest its release in
/// between goes unnoticed.
asio::awaitable<std::vector<Answer>> Checker::open_in_background() {
    const bool opens = known_->is_block_device || known_->type == S_IFREG;
    if (!opens) co_return std::vector<Answer>{};
    std::function<std::vector<Answer>()> open = [what = to_open_] { return try_openings(what); };
    const Gate::Place place = co_await context_->gate.enter();
    wake_.unwatch_nodes();
    const auto first = co_await find_in_background(open, time_left());
    watch();
    if (!first) throw std::system_error(std::make_error_code(std::errc::timed_out), "open");
    const bool refused = std::any_of(first->begin(), first->end(), [](const Answer& one) {
        return one.source == Source::exclusive_open && one.seen == Seen::somebody;
    });
    if (!refused) co_return *first;
    const auto second = co_await find_in_background(open, time_left());
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
