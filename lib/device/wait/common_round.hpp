#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace loopingcall::device::detail {

/// Decides when several devices are free together: all of them were found free in one round of
/// checks, and none was found otherwise since that round began.
///
/// A device that is found free waits for the others. When the last one has become free, a new round
/// of all devices begins, for the first of them may be in use again by then. The first round is the
/// first check of each device: if it finds all of them free, no other is needed. A single device is
/// free as soon as a check says so.
///
/// Each round but the last has found a device in use, which counts for the whole wait (RetryCount):
/// so the rounds end when the checks do. A pure function of what it is given.
class CommonRound {
  public:
    enum class Step : unsigned char {
        wait,      ///< until the others are free
        again,     ///< all devices have to be checked once more: a new round has begun
        proven,    ///< all were free in this round
        hopeless,  ///< another device has ended otherwise: each ends by itself
    };

    explicit CommonRound(std::size_t devices) : free_(devices, false) {}

    /// The round that a check beginning now belongs to.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }

    /// Whether no device has to wait for another any more.
    [[nodiscard]] bool decided() const noexcept { return proven_ || hopeless_; }
    [[nodiscard]] bool proven() const noexcept { return proven_; }

    /// A check of the device, begun in `round`, found it free for as long as was asked for.
    Step found_free(std::size_t device, std::uint64_t round) {
        if (hopeless_) return Step::hopeless;
        if (round != number_) return Step::again;
        free_.at(device) = true;
        if (free_.size() > 1 && !all_free()) return Step::wait;
        if (free_.size() == 1 || !spoilt_) {
            proven_ = true;
            return Step::proven;
        }
        ++number_;
        spoilt_ = false;
        free_.assign(free_.size(), false);
        return Step::again;
    }

    /// The device is not free, or was not for a moment.
    void in_use(std::size_t device) {
        free_.at(device) = false;
        spoilt_ = true;
    }

    /// A device has ended before all were free.
    void give_up() noexcept { hopeless_ = !proven_; }

  private:
    [[nodiscard]] bool all_free() const {
        for (const bool one : free_) {
            if (!one) return false;
        }
        return true;
    }

    std::vector<bool> free_;  // found so in this round
    std::uint64_t number_ = 0;
    bool spoilt_ = false;
    bool proven_ = false;
    bool hopeless_ = false;
};

}  // namespace loopingcall::device::detail
