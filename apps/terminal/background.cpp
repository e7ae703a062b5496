#include "terminal/background.hpp"

#include <signal.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

namespace terminal {

namespace {

std::atomic<int> running = 0;

/// Signals are for the thread that waits for them.
class AllBlocked {
  public:
    AllBlocked() {
        sigset_t all{};
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~AllBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    AllBlocked(const AllBlocked&) = delete;
    AllBlocked& operator=(const AllBlocked&) = delete;

  private:
    sigset_t before_{};
};

struct Result {
    std::mutex mutex{};
    std::condition_variable done{};
    bool is_done = false;
    std::exception_ptr error{};
};

}  // namespace

void start_in_background(std::function<void()> work) {
    const AllBlocked blocked;
    ++running;
    try {
        std::thread([work = std::move(work)]() mutable {
            work();
            work = nullptr;
            --running;
        }).detach();
    } catch (...) {
        --running;
        throw;
    }
}

bool done_in_background(std::function<void()> work, std::optional<std::chrono::nanoseconds> limit) {
    auto result = std::make_shared<Result>();
    start_in_background([result, work = std::move(work)] {
        std::exception_ptr error;
        try {
            work();
        } catch (...) {
            error = std::current_exception();
        }
        const std::lock_guard lock(result->mutex);
        result->error = std::move(error);
        result->is_done = true;
        result->done.notify_all();
    });
    std::unique_lock lock(result->mutex);
    const auto is_done = [&] { return result->is_done; };
    if (!limit) {
        result->done.wait(lock, is_done);
    } else if (!result->done.wait_for(lock, *limit, is_done)) {
        return false;
    }
    if (result->error) std::rethrow_exception(result->error);
    return true;
}

struct Mailbox::Link {
    std::mutex mutex{};
    boost::asio::io_context* context = nullptr;
};

Mailbox::Mailbox(boost::asio::io_context& context) : link_(std::make_shared<Link>()) {
    link_->context = &context;
}

Mailbox::~Mailbox() {
    const std::lock_guard lock(link_->mutex);
    link_->context = nullptr;
}

Mailbox::Poster Mailbox::poster() const {
    return [link = link_](std::function<void()> letter) {
        const std::lock_guard lock(link->mutex);
        if (link->context != nullptr) boost::asio::post(*link->context, std::move(letter));
    };
}

void exit_if_left_behind(int code) {
    std::cout.flush();
    std::cerr.flush();
    if (running > 0) std::_Exit(code);
}

}  // namespace terminal
