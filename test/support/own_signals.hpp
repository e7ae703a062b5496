#pragma once

#include <atomic>
#include <boost/asio.hpp>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <utility>

#include "support/sanitizers.hpp"

namespace test {

namespace asio = boost::asio;

/// Operations on a pool of four threads, each with a cancellation signal of its own that its
/// handler destroys, as it may once the operation is over. Whatever touches the signal afterwards
/// is a use of freed memory for AddressSanitizer, and a data race for ThreadSanitizer.
class OwnSignals {
  public:
    /// Without a sanitizer such a use goes unnoticed, however many there are: what is left to find
    /// is a completion that is lost, or comes twice.
    static constexpr int operations = with_sanitizer ? 20'000 : 5'000;

    asio::thread_pool pool{4};

    /// Without descriptors, UndefinedBehaviorSanitizer takes each object for one of a wrong type.
    /// So operations that have some are not all started `at_once`.
    explicit OwnSignals(int at_once = operations) : at_once_(at_once) {}

    /// A handler for the next operation, as soon as it may start; `kept` goes with its signal.
    template <class... Kept>
    auto handler(Kept... kept) {
        for (int ended = completed_; started_ - ended >= at_once_; ended = completed_) {
            completed_.wait(ended);
        }
        ++started_;
        auto signal = std::make_unique<asio::cancellation_signal>();
        auto slot = signal->slot();
        last_ = signal.get();
        return asio::bind_cancellation_slot(
            slot, [this, signal = std::move(signal),
                   kept = std::make_tuple(std::move(kept)...)](auto&&...) mutable {
                signal.reset();
                kept = {};
                ++completed_;
                completed_.notify_one();
            });
    }

    /// Cancels the operation that the last handler is for, and that does not end otherwise.
    void cancel() { last_->emit(asio::cancellation_type::terminal); }

    /// Waits for all of them.
    void expect_all_completed(int started = operations) {
        pool.join();
        BOOST_TEST(completed_ == started);
    }

  private:
    const int at_once_;
    int started_ = 0;
    std::atomic<int> completed_ = 0;
    asio::cancellation_signal* last_ = nullptr;
};

}  // namespace test
