// What a check asks about a device that was surveyed.
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

#include "checker.hpp"
#include "confirm_holders.hpp"
#include "device/advice/advice.hpp"
#include "device/advice/use_tree.hpp"
#include "device/evidence/conclude.hpp"
#include "device/in_milliseconds.hpp"
#include "device/mounts/hidden_use.hpp"
#include "device/probe/helper_check.hpp"
#include "device/probe/probe.hpp"
#include "device/proc/process_info.hpp"
#include "device/rights/rights.hpp"
#include "device/run_in_background.hpp"
#include "scan_evidence.hpp"

namespace loopingcall::device::detail {

namespace {

/// A holder that forks and ends passes the device on, so that this has an end.
constexpr int most_looks_again = 2;

constexpr std::chrono::milliseconds moments[] = {std::chrono::milliseconds{0},
                                                 std::chrono::milliseconds{3}};

bool shows_a_claim(const std::vector<Answer>& answers) {
    return std::any_of(answers.begin(), answers.end(), [](const Answer& one) {
        const bool asks = one.source == Source::exclusive_open || one.source == Source::umount;
        return asks && one.seen == Seen::somebody;
    });
}

bool is_of_file_system(const Holder& holder) { return holder.in_file_system; }

/// Whether the use is still to be explained: the only known users are those of a file system that
/// no table of this mount namespace shows.
bool is_unexplained(const EvidenceTable& table) {
    return std::all_of(table.answers.begin(), table.answers.end(), [](const Answer& one) {
        const auto& claims = one.claims;
        const bool of_unmounted_btrfs =
            one.source == Source::file_systems &&
            std::all_of(claims.begin(), claims.end(),
                        [](const Claim& claim) { return claim.kind == ClaimKind::holder; });
        return (claims.empty() || of_unmounted_btrfs) &&
               std::all_of(one.holders.begin(), one.holders.end(), is_of_file_system);
    });
}

/// Whether a file system on the device is in use: then its users are to be named.
bool shows_file_system(const EvidenceTable& table) {
    return std::any_of(table.answers.begin(), table.answers.end(), [](const Answer& one) {
        return one.seen == Seen::somebody &&
               (one.source == Source::mounts || one.source == Source::file_systems ||
                one.source == Source::stacked_devices);
    });
}

/// A person waits for the answer, and the state is known already.
constexpr std::chrono::seconds explain_limit{2};

/// Something on top of which there may be something else.
bool may_have_more_on_top(const Report& report) {
    return std::any_of(report.claims.begin(), report.claims.end(), [](const Claim& claim) {
        return claim.kind != ClaimKind::udev && claim.kind != ClaimKind::lock;
    });
}

bool has_claim_of_udev(const Report& report) {
    return std::any_of(report.claims.begin(), report.claims.end(), [](const Claim& claim) {
        return claim.kind == ClaimKind::udev || claim.kind == ClaimKind::lock;
    });
}

}  // namespace

/// With a root helper, it makes the whole check, so that its evidence is never mixed with what an
/// ordinary user can see; unless that shows a use already. Only the early wake is ours then.
asio::awaitable<std::optional<Report>> Checker::find_evidence(EvidenceTable table) {
    const bool by_helper = !options_.root_helper.empty() && !rights_now().open_all_processes();
    if (by_helper && !table.shows_somebody()) {
        Report report;
        {
            const Gate::Place place = co_await context_->gate.enter();
            report = co_await check_through_helper(*known_, table.kind, options_, time_left());
        }
        co_await identify_holders(report);
        if (has_claim_of_udev(report)) (void)co_await udev_.answers(time_left());
        co_return report;
    }
    if (known_->is_block_device) udev_.begin_to_find_lock();
    co_await look_at_processes(table);
    if (looks_again_ < most_looks_again && co_await has_let_go(table)) {
        ++looks_again_;
        co_return std::nullopt;
    }
    if (!table.shows_somebody()) {
        const TimePoint begun = std::chrono::steady_clock::now();
        const bool settled = co_await udev_.settle_at_last(time_left());
        deadline_ += std::chrono::steady_clock::now() - begun;
        if (settled) co_return std::nullopt;
    }
    if (known_->is_block_device) table.add(co_await udev_.answers(time_left()));
    co_return conclude(std::move(table), options_.check_device_strict);
}

/// Inspects more only as long as no use was found, and nothing is in the way of a free state.
asio::awaitable<void> Checker::look_at_processes(EvidenceTable& table) {
    if (known_->is_mount_point) {
        table.add(not_applicable(Source::probe,
                                 "fuser and lsof do not tell the mounts of a file system apart"));
    } else if (options_.check_device_probe == Probe::procfs) {
        table.add(not_applicable(Source::probe, "only the scan of /proc is selected"));
    } else {
        Report probe = co_await ask();
        const std::string passed_over = co_await confirm(probe);
        table.diagnostics = std::move(probe.diagnostics);
        const bool answered = probe.state != State::unknown;
        table.add(answered ? answer(Source::probe, std::move(probe.holders))
                           : not_inspected(Source::probe, probe.reason));
        if (answered) table.answers.back().why = passed_over;
        if (!answered) co_return;
        if (table.shows_somebody() && !shows_file_system(table)) co_return;
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
    if (!options_.check_device_kernel_claims) co_return;
    if (!known_->is_block_device) {
        if (!table.shows_somebody()) table.add(co_await open_in_background());
    } else if (is_unexplained(table)) {
        std::vector<Answer> opened = co_await open_in_background();
        co_await explain_use(table, std::move(opened));
    }
}

/// Searches for the reason of a refused exclusive open where the tables do not show it, and for the
/// processes there.
asio::awaitable<void> Checker::explain_use(EvidenceTable& table, std::vector<Answer> opened) {
    if (!table.shows_somebody() && !shows_a_claim(opened)) {
        table.add(std::move(opened));
        co_return;
    }
    std::function<HiddenUse()> look = [on_device = target_.file_systems] {
        return find_hidden_use(on_device, {});
    };
    const auto hidden = co_await find_in_background(look, time_left());
    const bool has_claim = std::any_of(table.answers.begin(), table.answers.end(),
                                       [](const Answer& one) { return !one.claims.empty(); });
    if (hidden) name_hidden_use(opened, *hidden, has_claim);
    table.add(std::move(opened));
    if (!hidden || hidden->file_systems.empty()) co_return;
    ScanTarget more;
    more.file_systems = hidden->file_systems;
    const auto scan = co_await context_->scan->scan(std::move(more), time_left());
    if (!scan) co_return;
    for (const auto& holders : scan->targets.front().holders) {
        if (!holders.empty()) table.add(answer(Source::descriptors, holders));
    }
}

/// Whether the holders that the scan found have let go a moment later. Another check has a loop
/// device open for as long as it takes to ask what is behind it, and udev or blkid a device that
/// they look at: a busy state because of that costs an interval, or the only check. Then everything
/// is inspected again, since a holder may have passed it on. What another program says is not
/// doubted: it may see more than the scan, and an early wake follows when the node is closed.
asio::awaitable<bool> Checker::has_let_go(const EvidenceTable& table) {
    std::vector<pid_t> pids;
    for (const Answer& one : table.answers) {
        const bool is_lasting = !one.claims.empty() || one.source == Source::probe;
        if (is_lasting && one.seen == Seen::somebody) co_return false;
        for (const Holder& holder : one.holders) pids.push_back(holder.pid);
    }
    if (pids.empty()) co_return false;
    const ScanLimits limits{.whole = time_left()};
    std::function<bool()> look = [pids, target = target_, limits] {
        for (const auto pause : moments) {
            std::this_thread::sleep_for(pause);
            const ProcessScan scan = scan_these(pids, {target}, limits);
            const bool is_whole = scan.problem.empty() && scan.gaps.empty();
            if (is_whole && !scan.targets.front().has_holder()) return true;
        }
        return false;
    };
    const auto found = co_await find_in_background(look, time_left());
    co_return found.value_or(false);
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
    const bool opens = known_->is_block_device || known_->type == S_IFREG || known_->is_mount_point;
    if (!opens) co_return std::vector<Answer>{};
    const Gate::Place place = co_await enter();
    const auto first = co_await find_in_background(opening(), time_left());
    if (!first) {
        const char* const what =
            known_->is_mount_point ? "its file system does not answer" : "open";
        throw std::system_error(std::make_error_code(std::errc::timed_out), what);
    }
    if (!shows_a_claim(*first)) co_return *first;
    const auto second = co_await find_in_background(opening(), time_left());
    co_return second ? *second : *first;
}

std::function<std::vector<Answer>()> Checker::opening() const {
    return [what = to_open_] { return try_openings(what); };
}

asio::awaitable<void> Checker::explain(Report& report) {
    const bool is_needed = options_.explain || may_have_more_on_top(report);
    if (is_needed && known_) {
        std::function<Use()> look = [root = *known_, report, ignored = options_.ignored_pids,
                                     loops = context_->loops] {
            return read_use_tree(root, report, ignored, *loops);
        };
        try {
            const Duration limit =
                std::min<Duration>(options_.check_device_probe_timeout, explain_limit);
            auto tree = co_await find_in_background(look, limit);
            if (tree) report.tree = {std::move(*tree)};
        } catch (const std::system_error& error) {
            if (error.code() == std::errc::operation_canceled) throw;
        }
    }
    if (options_.explain && report.tree.empty()) report.tree = {tree_of(report)};
    if (!advised_by_helper_) report.advice = advise(report);
}

/// One that does not come back in time, or cannot be made, is left to a check to explain.
asio::awaitable<bool> Checker::is_refused() {
    if (!known_ || (!known_->is_block_device && !known_->is_mount_point)) co_return false;
    try {
        const Gate::Place place = co_await context_->gate.enter();
        const auto found =
            co_await find_in_background(opening(), options_.check_device_probe_timeout);
        co_return found&& shows_a_claim(*found);
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::operation_canceled) throw;
        co_return false;
    }
}

}  // namespace loopingcall::device::detail
