#include "checker.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <iterator>
#include <loopingcall/detail/saturating_add.hpp>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "conclude.hpp"
#include "confirm_holders.hpp"
#include "helper_check.hpp"
#include "in_milliseconds.hpp"
#include "probe.hpp"
#include "process_info.hpp"
#include "rights.hpp"
#include "run_in_background.hpp"
#include "scan_evidence.hpp"

namespace loopingcall::device::detail {

namespace {

constexpr int most_attempts = 3;

bool is_among(const Identity& one, const std::vector<Identity>& others) {
    return std::any_of(others.begin(), others.end(), [&](const Identity& other) {
        return one.number == other.number && one.path == other.path;
    });
}

bool shows_a_claim(const std::vector<Answer>& answers) {
    return std::any_of(answers.begin(), answers.end(), [](const Answer& one) {
        return one.source == Source::exclusive_open && one.seen == Seen::somebody;
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
    awaits_device_ = false;
    Report report;
    try {
        report = co_await find_out();
    } catch (const std::system_error& error) {
        // No thread, no descriptor: nothing is known of the device, and the wait can go on.
        if (is_cancellation(error)) throw;
        report = unknown(error.what());
    }
    report.device = device_;
    co_return report;
}

/// A verdict on a device that changed meanwhile is none: it may be about one that has gone. Then
/// the device is checked again, so often as is likely to be enough.
asio::awaitable<Report> Checker::find_out() {
    if (options_.check_device_early_wake) wake_.watch_tables();
    std::optional<Survey> survey = co_await survey_present();
    std::vector<std::string> changes;
    for (int attempt = 1;; ++attempt) {
        if (auto refusal = admit(survey)) co_return std::move(*refusal);
        Report report = co_await judge(std::move(*survey));
        std::move(report.changes.begin(), report.changes.end(), std::back_inserter(changes));
        const bool is_final = report.state == State::busy ||
                              (report.state == State::free && !options_.wait_for_device);
        if (!is_final) survey = co_await survey_present();
        if (is_final || is_unchanged(survey)) {
            report.changes = std::move(changes);
            co_return report;
        }
        if (attempt == most_attempts) {
            awaits_device_ = options_.wait_for_device;
            co_return unknown("it changed again and again while it was checked");
        }
    }
}

/// A missing device that is waited for may have come before its name was watched.
asio::awaitable<std::optional<Survey>> Checker::survey_present() {
    std::optional<Survey> survey = co_await survey_now();
    if (!survey || !survey->device.missing || !options_.wait_for_device) co_return survey;
    forget_device();
    watch();
    co_return co_await survey_now();
}

/// @return why the device cannot be judged, if it cannot.
std::optional<Report> Checker::admit(const std::optional<Survey>& survey) {
    if (!survey) {
        return unknown("it could not be looked at within " +
                       in_milliseconds(options_.check_device_probe_timeout));
    }
    const Identified& now = survey->device;
    if (!now.identity) {
        awaits_device_ = now.missing && options_.wait_for_device;
        return unknown(now.missing && seen_ ? "it was removed while it was waited for"
                                            : now.problem);
    }
    const bool other = known_ && !known_->same_as(*now.identity);
    if (other && !options_.wait_for_device) {
        return unknown("another device has its name since it is waited for");
    }
    const bool again = known_ && known_->life != now.identity->life;
    if (options_.wait_for_device && (other || again)) {
        forget_device();
        succession_ = {other ? "another device has its name" : "it was made again"};
    }
    return std::nullopt;
}

bool Checker::is_unchanged(const std::optional<Survey>& survey) const {
    if (!survey) return true;  // as far as can be told
    if (!known_ || !survey->device.identity) return false;
    const Identity& now = *survey->device.identity;
    const auto here = [&](const Identity& one) { return is_among(one, survey->partitions); };
    return known_->same_as(now) && known_->life == now.life &&
           survey->partitions.size() == partitions_.size() &&
           std::all_of(partitions_.begin(), partitions_.end(), here);
}

void Checker::forget_device() {
    if (!known_) return;
    known_.reset();
    partitions_.clear();
    target_ = {};
    wake_.forget_device();
    succession_ = {"it is there again"};
    ++successions_;
}

asio::awaitable<std::optional<Survey>> Checker::survey_now() {
    const SurveyOptions wanted{.claims = options_.check_device_kernel_claims,
                               .partitions = options_.check_device_children};
    std::function<Survey()> look = [device = device_, wanted, loops = context_->loops] {
        return survey_device(device, wanted, *loops);
    };
    const Gate::Place place = co_await enter();
    co_return co_await find_in_background(look, time_left());
}

/// The time limit is that of what is done, not of waiting for a place.
asio::awaitable<Gate::Place> Checker::enter() {
    const TimePoint begun = std::chrono::steady_clock::now();
    Gate::Place place = co_await context_->gate.enter();
    deadline_ += std::chrono::steady_clock::now() - begun;
    co_return place;
}

asio::awaitable<Report> Checker::judge(Survey survey) {
    std::vector<std::string> changes = changes_to(survey);
    known_ = survey.device.identity;
    seen_ = true;
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
    // It may have to wait for another scan, and has a time limit of its own.
    const TimePoint begun = std::chrono::steady_clock::now();
    const auto scan = co_await context_->scan->scan(target_, time_left());
    deadline_ += std::chrono::steady_clock::now() - begun;
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
    const Gate::Place place = co_await enter();
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

/// What is refused is tried once more: another program may be doing the same at this moment.
asio::awaitable<std::vector<Answer>> Checker::open_in_background() {
    const bool opens = known_->is_block_device || known_->type == S_IFREG;
    if (!opens) co_return std::vector<Answer>{};
    const Gate::Place place = co_await enter();
    const auto first = co_await find_in_background(opening(), time_left());
    if (!first) throw std::system_error(std::make_error_code(std::errc::timed_out), "open");
    if (!shows_a_claim(*first)) co_return *first;
    const auto second = co_await find_in_background(opening(), time_left());
    co_return second ? *second : *first;
}

std::function<std::vector<Answer>()> Checker::opening() const {
    return [what = to_open_] { return try_openings(what); };
}

/// One that does not come back in time, or cannot be made, is left to a check to explain.
asio::awaitable<bool> Checker::is_refused() {
    if (!known_ || !known_->is_block_device) co_return false;
    try {
        const Gate::Place place = co_await context_->gate.enter();
        const auto found =
            co_await find_in_background(opening(), options_.check_device_probe_timeout);
        co_return found&& shows_a_claim(*found);
    } catch (const std::system_error& error) {
        if (is_cancellation(error)) throw;
        co_return false;
    }
}

/// Looks the device up on the event loop: only after that has been done in the background, and did
/// not hang.
void Checker::watch() {
    if (!options_.check_device_early_wake) return;
    wake_.watch_nodes(device_, nodes(), options_.check_device_quiet > Duration::zero());
}

std::vector<std::string> Checker::changes_to(const Survey& survey) {
    std::vector<std::string> changes = std::exchange(succession_, {});
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
