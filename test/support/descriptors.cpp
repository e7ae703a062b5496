#include "support/descriptors.hpp"

#include <malloc.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "support/sanitizers.hpp"

namespace test {

namespace {

constexpr std::size_t heap_of_a_test = std::size_t{128} << 10U;

std::size_t entries(const std::filesystem::path& directory) {
    const std::filesystem::directory_iterator first(directory);
    return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

std::size_t heap_in_use() {
    const auto heap = ::mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

template <class Condition>
Holdings held_when(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    Holdings held = holdings();
    while (!condition(held) && std::chrono::steady_clock::now() < limit) held = holdings();
    return held;
}

/// The first thread of a process makes ThreadSanitizer start one of its own, for good.
constexpr std::size_t idle_threads = with_thread_sanitizer ? 2 : 1;

bool is_idle(const Holdings& held) {
    static const bool begun = [] { return std::thread([] {}).join(), true; }();
    return begun && held.threads == idle_threads;
}

}  // namespace

bool Holdings::within(const Holdings& other) const {
    return descriptors <= other.descriptors && threads <= other.threads &&
           children <= other.children && heap <= other.heap + heap_of_a_test;
}

std::vector<::pid_t> children() {
    std::vector<::pid_t> found;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        std::ifstream stream(thread.path() / "children");
        found.insert(found.end(), std::istream_iterator<::pid_t>(stream), {});
    }
    return found;
}

Holdings holdings() {
    return {.descriptors = entries("/proc/self/fd"),
            .threads = entries("/proc/self/task"),
            .children = children().size(),
            .heap = heap_in_use()};
}

// A thread that has been joined is listed until the kernel has put it away.
Holdings held_when_idle() { return held_when(is_idle); }

Holdings held_when_within(const Holdings& wanted) {
    return held_when([&](const Holdings& held) { return held.within(wanted); });
}

NothingLeftBehind::NothingLeftBehind() : before_(held_when_idle()) {}

NothingLeftBehind::~NothingLeftBehind() {
    const Holdings after = held_when_within(before_);
    BOOST_CHECK_LE(after.descriptors, before_.descriptors);
    BOOST_CHECK_LE(after.threads, before_.threads);
    BOOST_CHECK_LE(after.children, before_.children);
    BOOST_CHECK_LE(after.heap, before_.heap + heap_of_a_test);
}

}  // namespace test
