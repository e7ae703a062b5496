#include "support/descriptors.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace test {

namespace {

std::size_t entries(const std::filesystem::path& directory) {
    const std::filesystem::directory_iterator first(directory);
    return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

std::size_t words(const std::filesystem::path& file) {
    std::ifstream stream(file);
    return static_cast<std::size_t>(
        std::distance(std::istream_iterator<std::string>(stream), {}));
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

NothingLeftBehind::NothingLeftBehind() : before_(holdings()) {}

NothingLeftBehind::~NothingLeftBehind() {
    const Holdings after = holdings();
    BOOST_CHECK_EQUAL(after.descriptors, before_.descriptors);
    BOOST_CHECK_EQUAL(after.threads, before_.threads);
    BOOST_CHECK_EQUAL(after.children, before_.children);
}

}  // namespace test
