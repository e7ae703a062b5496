#include "checker.hpp"

#include <algorithm>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <iterator>
#include <loopingcall/device/printable.hpp>
#include <system_error>
#include <utility>

#include "device/in_milliseconds.hpp"
#include "device/run_in_background.hpp"

namespace loopingcall::device::detail {

namespace {

constexpr int most_readings = 3;

/// So that a check that is put off, or what is left of it from now on, does not overflow.
constexpr Duration longest_check = std::chrono::years{100};

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
    deadline_ = std::chrono::steady_clock::now() +
                std::min<Duration>(options_.check_device_probe_timeout, longest_check);
    awaits_device_ = false;
    looks_again_ = 0;
    Report report;
    try {
        report = co_await find_out();
    } catch (const std::system_error& error) {
        // No thread, no descriptor: nothing is known of the device, and the wait can go on.
        if (is_cancellation(error)) throw;
        report = unknown(error.what());
    }
    report.device = device_;
    advised_by_helper_ = !report.advice.empty();
    if (report.advice.empty()) report.advice = advise(report);
    co_return report;
}

/// The state of a device that changed meanwhile does not count: it may be of one that has gone.
/// Then the device is checked again, so often as is likely to be enough.
asio::awaitable<Report> Checker::find_out() {
    if (options_.check_device_early_wake) wake_.watch_tables();
    co_await settle();
    std::optional<Survey> survey = co_await survey_present();
    std::vector<std::string> changes;
    for (int attempt = 1;;) {
        if (auto refusal = admit(survey)) co_return std::move(*refusal);
        std::vector<std::string> some = changes_to(*survey);
        std::move(some.begin(), some.end(), std::back_inserter(changes));
        std::optional<Report> report = co_await judge(std::move(*survey));
        if (!report) {
            survey = co_await survey_present();
            continue;
        }
        const bool is_final = report->state == State::busy ||
                              (report->state == State::free && !options_.wait_for_device);
        if (!is_final) survey = co_await survey_present();
        if (is_final || is_unchanged(survey)) {
            report->changes = std::move(changes);
            co_return std::move(*report);
        }
        if (attempt++ == most_readings) {
            awaits_device_ = options_.wait_for_device;
            co_return unknown("it changed again and again while it was checked");
        }
        co_await settle();
        survey = co_await survey_present();
    }
}

/// A missing device that is waited for may have come before its name was watched. One that has come
/// since udev was waited for has not settled.
asio::awaitable<std::optional<Survey>> Checker::survey_present() {
    bool was_missing = udev_.was_missing();
    std::optional<Survey> survey = co_await survey_now();
    if (survey && survey->device.missing && options_.wait_for_device) {
        was_missing = true;
        forget_device();
        co_await watch();
        survey = co_await survey_now();
    }
    const bool has_come = survey && survey->device.identity && was_missing;
    if (!has_come || !options_.check_device_udev) co_return survey;
    co_await settle();
    co_return co_await survey_now();
}

/// @return why the device cannot be judged, if it cannot.
std::optional<Report> Checker::admit(const std::optional<Survey>& survey) {
    if (!survey) {
        return unknown("it could not be checked within " +
                       in_milliseconds(options_.check_device_probe_timeout));
    }
    const Identified& now = survey->device;
    if (!now.identity) {
        awaits_device_ = now.missing && options_.wait_for_device;
        return unknown(now.missing && seen_ ? "it was removed during the wait" : now.problem);
    }
    if (known_ && known_->is_mount_point && !now.identity->is_mount_point) {
        awaits_device_ = options_.wait_for_device;
        return unknown("it was unmounted while it was waited for");
    }
    const bool other = known_ && !known_->same_as(*now.identity);
    if (other && known_->is_mount_point && !options_.wait_for_device) {
        return unknown("another file system was mounted there while it was waited for");
    }
    if (other && !options_.wait_for_device) {
        return unknown("another device has taken its name during the wait");
    }
    const bool again = known_ && known_->life != now.identity->life;
    if (options_.wait_for_device && (other || again)) {
        forget_device();
        succession_ = {other ? "another device has its name" : "it was made again"};
    }
    return std::nullopt;
}

bool Checker::is_unchanged(const std::optional<Survey>& survey) const {
    if (!survey) return true;  // as far as is known
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

asio::awaitable<void> Checker::settle() {
    const Duration waited = co_await udev_.settle(time_left());
    deadline_ += waited;
}

/// @return nothing if the disk has settled since the sources were read, so that they must be read
///         again.
asio::awaitable<std::optional<Report>> Checker::judge(Survey survey) {
    known_ = survey.device.identity;
    seen_ = true;
    partitions_ = std::move(survey.partitions);
    target_ = {.file_systems = std::move(survey.file_systems)};
    if (!known_->is_mount_point) target_.parts.push_back(*known_);
    if (options_.check_device_children) {
        target_.parts.insert(target_.parts.end(), partitions_.begin(), partitions_.end());
    }
    if (survey.whole_disk) target_.for_writing.push_back(*survey.whole_disk);
    to_open_ = {.whole = *known_,
                .partitions = partitions_,
                .partitions_count = options_.check_device_children,
                .partition_is_claimed = survey.partition_is_claimed,
                .unplaced = std::move(survey.unplaced)};
    co_await watch();

    EvidenceTable table{.kind = survey.kind, .answers = std::move(survey.answers)};
    std::optional<Report> report = co_await find_evidence(std::move(table));
    if (!report) co_return std::nullopt;
    report->identity = to_text(*known_);
    if (survey.kind == ObjectKind::directory) {
        report->scope = "files below the directory were not inspected";
    }
    if (options_.check_device_early_wake) heed(*report);
    co_return report;
}

void Checker::heed(const Report& report) {
    if (report.state == State::busy) wake_.watch_holders(report.holders);
    const bool has_to_stay_free = options_.check_device_quiet > Duration::zero();
    wake_.heed_tables(report.state == State::free ? has_to_stay_free : !report.claims.empty());
}

/// A dead file system leaves time for what can be found out without it.
asio::awaitable<void> Checker::watch() {
    if (!options_.check_device_early_wake) co_return;
    if (known_ && known_->is_mount_point) co_return;  // no event reports a change
    std::vector<std::filesystem::path> written;
    for (const Identity& disk : target_.for_writing) written.push_back(disk.path);
    co_await wake_.watch_nodes(device_, nodes(), options_.check_device_quiet > Duration::zero(),
                               time_left() / 2, std::move(written));
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

std::vector<Claim> Checker::claims_to_look_at(const Report& report) const {
    if (report.state == State::free) return {};
    const bool is_mount_in_use =
        report.state == State::busy && report.claims.empty() && known_ && known_->is_mount_point;
    if (is_mount_in_use) return {{ClaimKind::hidden, {}, known_->path}};
    return report.claims;
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
