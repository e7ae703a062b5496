#pragma once

#include <cstddef>

namespace loopingcall::device::detail {

/// Decides when the list of processes has been read often enough that no process can have
/// slipped through: a holder that forks and ends leaves a process that was not listed.
///
/// A holder can only slip through if there is one in each round that ends before it is inspected,
/// and has forked the next one after the list was read. So a round in which every process could be
/// inspected breaks the chain. A list without a new process ends it at once; after a round that
/// was not clear, only the second such list does, since pids begin again with the low ones some
/// time. Where processes come all the time, the first clear round counts once there were a few
/// rounds: a host that compiles something must not make each device unknown. A pure function of
/// what it is given.
class ListingRounds {
  public:
    enum class Step : unsigned char {
        again,     ///< the list is to be read once more
        complete,  ///< no process has slipped through
        turmoil,   ///< that is unknown, and the time is up
    };

    /// @param gone  how many of the first list had ended before they were inspected.
    explicit ListingRounds(std::size_t gone) : is_clear_(gone == 0) {}

    /// The list has been read again, and each process that is new in it was inspected.
    /// @param gone  how many of the new ones had ended before that.
    Step next(std::size_t fresh, std::size_t gone, bool time_is_up) {
        const bool was_clear = is_clear_;
        is_clear_ = gone == 0;
        if (fresh == 0) return was_clear ? Step::complete : Step::again;
        if (++rounds_ < fewest_rounds) return Step::again;
        if (is_clear_) return Step::complete;
        return time_is_up ? Step::turmoil : Step::again;
    }

  private:
    static constexpr int fewest_rounds = 8;

    bool is_clear_;
    int rounds_ = 0;
};

}  // namespace loopingcall::device::detail
