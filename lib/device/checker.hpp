#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/channel.hpp>
#include <filesystem>
#include <loopingcall/device/wait_until_free.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "conclude.hpp"
#include "early_wake.hpp"
#include "shared_scan.hpp"
#include "survey.hpp"
#include "udev_check.hpp"

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
    CheckContext(const asio::any_io_executor& strand, std::size_t concurrency)
        : gate(strand, concurrency), scan(std::make_shared<SharedScan>(strand)) {}

    Gate gate;
    std::shared_ptr<SharedScan> scan;
};

/// Checks one device, again and again, and knows it from one check to the next.
class Checker {
  public:
    /// @param options  outlives this, as do `wake` and `udev`.
    Checker(std::filesystem::path device, const WaitOptions& options,
            std::shared_ptr<CheckContext> context, EarlyWake& wake, UdevCheck& udev);

    /// The verdict of now. Only a cancellation is thrown, as `operation_aborted`.
    asio::awaitable<Report> check();

    /// Whether the device has been there.
    [[nodiscard]] bool seen() const noexcept { return known_.has_value(); }

  private:
    asio::awaitable<Report> find_out(bool again);
    asio::awaitable<std::optional<Survey>> survey_now();
    asio::awaitable<Report> judge(Survey survey, bool again);
    asio::awaitable<Report> ask();
    asio::awaitable<void> identify_holders(Report& report);
    asio::awaitable<void> look_at_processes(EvidenceTable& table);
    asio::awaitable<Answer> try_exclusively();
    void watch();
    void heed(const Report& report);
    std::vector<std::string> changes_to(const Survey& survey);
    [[nodiscard]] std::vector<std::filesystem::path> nodes() const;
    [[nodiscard]] Report unknown(std::string reason) const;
    [[nodiscard]] Duration time_left() const;

    std::filesystem::path device_;
    const WaitOptions& options_;
    std::shared_ptr<CheckContext> context_;
    EarlyWake& wake_;
    UdevCheck& udev_;

    TimePoint deadline_{};
    std::optional<Identity> known_;
    std::vector<Identity> partitions_;
    ScanTarget target_;  // the device, its partitions if they count, its disk
    bool free_before_ = false;
};

}  // namespace loopingcall::device::detail
