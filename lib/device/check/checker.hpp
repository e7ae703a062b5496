#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <filesystem>
#include <loopingcall/device/wait_until_free.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "device/openings/openings.hpp"
#include "device/openings/survey.hpp"
#include "device/udev/udev_check.hpp"
#include "early_wake.hpp"
#include "shared_scan.hpp"

namespace loopingcall::device::detail {

/// Lets so many in at a time.
class Gate {
  public:
    Gate(const asio::any_io_executor& strand, std::size_t places) : places_(strand, places) {}

    /// A place, given back when it goes out of scope.
    class Place {
      public:
        explicit Place(Gate& gate) noexcept : gate_(&gate) {}
        Place(Place&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (gate_) gate_->places_.try_receive([](boost::system::error_code) {});
        }

      private:
        Gate* gate_;
    };

    asio::awaitable<Place> enter();

  private:
    asio::experimental::channel<asio::any_io_executor, void(boost::system::error_code)> places_;
};

/// What the devices of one wait share.
struct CheckContext {
    CheckContext(const asio::any_io_executor& strand, const WaitOptions& options)
        : gate(strand, options.check_device_concurrency),
          ignored(identify_ignored(options.ignored_pids)),
          scan(std::make_shared<SharedScan>(strand, ignored)),
          settlings(std::make_shared<UdevSettlings>(strand)) {}

    Gate gate;
    const IgnoredProcesses ignored;
    std::shared_ptr<SharedScan> scan;
    std::shared_ptr<UdevSettlings> settlings;
    std::shared_ptr<LoopCache> loops = LoopCache::of_this_process();
};

/// Checks one device, again and again, and knows it from one check to the next.
class Checker {
  public:
    /// @param options  outlives this, as do `wake` and `udev`.
    Checker(std::filesystem::path device, const WaitOptions& options,
            std::shared_ptr<CheckContext> context, EarlyWake& wake, UdevCheck& udev);

    /// Makes one check. Only a cancellation is thrown, as `operation_aborted`.
    asio::awaitable<Report> check();

    /// Whether the last check found no device that could be checked to its end, but one may come:
    /// it is waited for, and was not there, or was removed or replaced meanwhile.
    [[nodiscard]] bool awaits_device() const noexcept { return awaits_device_; }

    /// How often another device, or another life of it, has taken the name. All that is known of
    /// the one before does not hold for it.
    [[nodiscard]] std::uint64_t successions() const noexcept { return successions_; }

    /// The claims whose end may be no event, so that the device is worth a look with is_refused().
    /// Of a mount point, that is every use: no event reports that a file on it is closed.
    [[nodiscard]] std::vector<Claim> claims_to_look_at(const Report& report) const;

    /// Whether the kernel refuses an exclusive open, or to unmount a mount point, still, after a
    /// check has found a claim. Far cheaper than a check. Only a cancellation is thrown.
    asio::awaitable<bool> is_refused();

    /// At the end of a wait: looks up what uses the device, if that is of use, and what to do. Only
    /// a cancellation is thrown.
    asio::awaitable<void> explain(Report& report);

  private:
    asio::awaitable<Report> find_out();
    asio::awaitable<std::optional<Survey>> survey_present();
    asio::awaitable<std::optional<Survey>> survey_now();
    std::optional<Report> admit(const std::optional<Survey>& survey);
    [[nodiscard]] bool is_unchanged(const std::optional<Survey>& survey) const;
    void forget_device();
    asio::awaitable<Gate::Place> enter();
    asio::awaitable<void> settle();
    [[nodiscard]] std::function<std::vector<Answer>()> opening() const;
    asio::awaitable<std::optional<Report>> judge(Survey survey);
    asio::awaitable<Report> ask();
    asio::awaitable<void> identify_holders(Report& report);
    asio::awaitable<std::optional<Report>> find_evidence(EvidenceTable table);
    asio::awaitable<std::string> confirm(Report& report);
    asio::awaitable<void> look_at_processes(EvidenceTable& table);
    asio::awaitable<bool> has_let_go(const EvidenceTable& table);
    asio::awaitable<std::vector<Answer>> open_in_background();
    asio::awaitable<void> explain_use(EvidenceTable& table, std::vector<Answer> opened);
    asio::awaitable<void> watch();
    void heed(const Report& report);
    std::vector<std::string> changes_to(const Survey& survey);
    [[nodiscard]] std::vector<std::filesystem::path> nodes() const;
    [[nodiscard]] Report unknown(std::string reason) const;
    [[nodiscard]] Duration time_left() const;
    [[nodiscard]] bool is_ignored(pid_t pid) const;

    std::filesystem::path device_;
    const WaitOptions& options_;
    std::shared_ptr<CheckContext> context_;
    EarlyWake& wake_;
    UdevCheck& udev_;

    TimePoint deadline_{};  // of this check, put off while it waits for its turn
    std::optional<Identity> known_;
    std::vector<Identity> partitions_;
    ScanTarget target_;  // the device, its partitions if they count, its disk
    ToOpen to_open_;
    bool advised_by_helper_ = false;  // which sees more than this process
    bool seen_ = false;               // whether the device has ever been there
    bool awaits_device_ = false;
    int looks_again_ = 0;  // in this check
    std::uint64_t successions_ = 0;
    std::vector<std::string> succession_;  // in words, since the last check
};

}  // namespace loopingcall::device::detail
