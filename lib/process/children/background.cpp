#include "background.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <loopingcall/process/background.hpp>
#include <mutex>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "leave_outputs.hpp"

namespace loopingcall::process {

namespace detail {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds shortest_pause{1};
constexpr milliseconds longest_pause{100};
constexpr int for_ever = -1;

struct Orphan {
    Family family;
    Descriptor pidfd;
    std::unique_ptr<Launch> launch;

    /// Whether there is nothing left to reap.
    bool try_reap() noexcept {
        if (!family.is_reaped) {
            if (!family.look()) return false;
            family.reap();
        }
        return !family.reap_adopted();
    }
};

/// @return whether there may be more later.
bool drop_what_is_there(int output) noexcept {
    char buffer[std::size_t{1} << 14U];
    const ssize_t size = ::read(output, buffer, sizeof buffer);
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

/// Leaked at the end of the process, which its thread may outlive for a moment.
class Background {
  public:
    /// A forked copy of this process has none of its threads, and perhaps a locked mutex.
    static Background& instance() {
        static std::atomic<Background*> current = nullptr;
        Background* found = current;
        if (found != nullptr && found->owner_ == ::getpid()) return *found;
        auto made = std::make_unique<Background>();
        if (current.compare_exchange_strong(found, made.get())) return *made.release();
        return *found;
    }

    void add(Orphan orphan) {
        const std::lock_guard lock(mutex_);
        orphans_.push_back(std::move(orphan));
        begin();
    }

    void add(Descriptor output) {
        const std::lock_guard lock(mutex_);
        outputs_.push_back(std::move(output));
        begin();
    }

    bool leave_outputs() {
        const std::lock_guard lock(mutex_);
        std::vector<int> numbers;
        for (const Descriptor& output : outputs_) numbers.push_back(output.get());
        return numbers.empty() || leave_to_a_process(std::move(numbers));
    }

  private:
    /// Without a thread, what is to be done waits for the next that is added.
    void begin() {
        pause_ = shortest_pause;
        if (running_) {
            (void)::eventfd_write(wake_.get(), 1);
            return;
        }
        look();
        if (orphans_.empty() && outputs_.empty()) return;
        wake_ = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        running_ = run_on_a_thread([this] { run(); });
    }

    void run() noexcept try {
        for (;;) {
            std::vector<pollfd> watched = what_to_watch();
            if (watched.empty()) return;
            ::poll(watched.data(), static_cast<nfds_t>(watched.size()), watched_for_);
        }
    } catch (const std::bad_alloc&) {
        const std::lock_guard lock(mutex_);
        running_ = false;
    }

    /// Does what can be done now.
    /// @return nothing once there is nothing left to do; the thread must end then.
    std::vector<pollfd> what_to_watch() {
        const std::lock_guard lock(mutex_);
        eventfd_t ignored = 0;
        (void)::eventfd_read(wake_.get(), &ignored);
        look();
        std::vector<pollfd> watched;
        if (orphans_.empty() && outputs_.empty()) {
            running_ = false;
            wake_ = Descriptor();
            return watched;
        }
        watched.push_back({wake_.get(), POLLIN, 0});
        for (const Descriptor& output : outputs_) watched.push_back({output.get(), POLLIN, 0});
        const bool must_look_again = !orphans_.empty() || !wake_.is_open();
        watched_for_ = must_look_again ? static_cast<int>(pause_.count()) : for_ever;
        pause_ = std::min(2 * pause_, longest_pause);
        return watched;
    }

    void look() {
        std::erase_if(orphans_, [](Orphan& orphan) { return orphan.try_reap(); });
        std::erase_if(outputs_,
                      [](const Descriptor& output) { return !drop_what_is_there(output.get()); });
    }

    const pid_t owner_ = ::getpid();
    std::mutex mutex_;
    std::vector<Orphan> orphans_;
    std::vector<Descriptor> outputs_;
    Descriptor wake_{};
    bool running_ = false;
    milliseconds pause_ = shortest_pause;
    int watched_for_ = for_ever;
};

}  // namespace

void reap_in_background(Family family, Descriptor pidfd, std::unique_ptr<Launch> launch) noexcept
    try {
    family.pidfd = pidfd.get();
    Orphan orphan{family, std::move(pidfd), std::move(launch)};
    if (orphan.try_reap()) return;
    Background::instance().add(std::move(orphan));
} catch (const std::bad_alloc&) {
    // It stays a zombie: there is no memory even for its number.
}

void drain_in_background(Descriptor output) noexcept try {
    Background::instance().add(std::move(output));
} catch (const std::bad_alloc&) {
    // It has been closed.
}

bool run_on_a_thread(std::function<void()> work) noexcept try {
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = false;
    try {
        std::thread(std::move(work)).detach();
        begun = true;
    } catch (const std::exception&) {
        // No thread, no memory.
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return begun;
} catch (...) {
    return false;
}

}  // namespace detail

bool leave_open_outputs_to_a_process() noexcept try {
    return detail::Background::instance().leave_outputs();
} catch (const std::exception&) {
    return false;
}

}  // namespace loopingcall::process
