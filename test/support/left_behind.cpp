#include "support/left_behind.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "support/scratch.hpp"

namespace {

namespace fs = std::filesystem;

/// What every process that a test starts inherits, unless it gets an environment of its own.
struct Mark {
    std::string name = "LOOPINGCALL_TEST_BINARY";
    std::string value = std::to_string(::getpid());
    [[nodiscard]] std::string text() const { return '\0' + name + '=' + value + '\0'; }
};

/// @return the process that still runs, with its command line; 0 if there is none.
std::pair<pid_t, std::string> somebody_left(const Mark& mark) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const pid_t pid = std::atoi(entry.path().filename().c_str());
        if (pid <= 0 || pid == ::getpid()) continue;
        if (('\0' + test::read_file(entry.path() / "environ") + '\0').find(mark.text()) ==
            std::string::npos)
            continue;
        std::string command = test::read_file(entry.path() / "cmdline");
        for (char& c : command)
            if (c == '\0') c = ' ';
        return {pid, command};
    }
    return {};
}

}  // namespace

namespace test {

NobodyIsLeftBehind::NobodyIsLeftBehind() {
    const Mark mark;
    ::setenv(mark.name.c_str(), mark.value.c_str(), 1);
}

void NobodyIsLeftBehind::teardown() {
    using namespace std::chrono_literals;
    const Mark mark;
    // A process that the last test has killed may need a moment to end.
    const auto limit = std::chrono::steady_clock::now() + 3s;
    auto left = somebody_left(mark);
    while (left.first != 0 && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(20ms);
        left = somebody_left(mark);
    }
    for (; left.first != 0; left = somebody_left(mark)) {
        BOOST_TEST_ERROR("process " << left.first << " was left behind: " << left.second);
        if (::kill(left.first, SIGKILL) != 0) return;
        std::this_thread::sleep_for(20ms);
    }
}

}  // namespace test
