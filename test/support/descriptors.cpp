#include "support/descriptors.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

namespace test {

namespace {

std::size_t entries(const std::filesystem::path& directory) {
    const std::filesystem::directory_iterator first(directory);
    return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

std::size_t words(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return static_cast<std::size_t>(std::distance(std::istream_iterator<std::string>(stream), {}));
}

}  // namespace

Holdings holdings() {
    const std::filesystem::path self = "/proc/self";
    Holdings held{.descriptors = entries(self / "fd"), .threads = entries(self / "task")};
    for (const auto& thread : std::filesystem::directory_iterator(self / "task")) {
        held.children += words(thread.path() / "children");
    }
    return held;
}

// The first thread of a process makes ThreadSanitizer start one of its own, for good.
NothingLeftBehind::NothingLeftBehind() {
    std::thread([] {}).join();
    before_ = holdings();
}

// A thread that has been joined is listed until the kernel has put it away.
NothingLeftBehind::~NothingLeftBehind() {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    Holdings after = holdings();
    while (!after.within(before_) && std::chrono::steady_clock::now() < limit) after = holdings();
    BOOST_CHECK_LE(after.descriptors, before_.descriptors);
    BOOST_CHECK_LE(after.threads, before_.threads);
    BOOST_CHECK_LE(after.children, before_.children);
}

}  // namespace test
