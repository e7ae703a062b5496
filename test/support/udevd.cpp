#include "support/udevd.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "support/child.hpp"

namespace test {

namespace {

constexpr const char* program = "/lib/systemd/systemd-udevd";
constexpr const char* control = "/run/udev/control";
constexpr const char* queue = "/run/udev/queue";
constexpr const char* probe = "/run/udev/probe";

/// The socket of a udevd that was killed stays where it was.
bool is_listened_to() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, control);
    const int client = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    const bool connected =
        ::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno == EPROTOTYPE;  // it speaks Varlink
    ::close(client);
    return connected;
}

std::string why_not() {
    if (::geteuid() != 0) return "needs root";
    if (::access(program, X_OK) != 0) return "needs systemd-udevd (Debian package udev)";
    if (is_listened_to()) return "a udevd runs here already";
    return {};
}

pid_t start() {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::setsid();
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (int stream = 0; stream <= 2; ++stream) ::dup2(nowhere, stream);
    ::execl(program, program, "--resolve-names=late", "--children-max=2", nullptr);
    ::_exit(127);
}

// Renamed, since a shell reads its script piece by piece.
void write_probe(const std::string& seconds) {
    const std::string next = std::string(probe) + ".next";
    std::ofstream(next) << "exec 3<$1; sleep " << seconds << '\n';
    std::filesystem::rename(next, probe);
}

}  // namespace

Udevd::Udevd(const std::string& probe_seconds) {
    if (const std::string reason = why_not(); !reason.empty()) {
        BOOST_TEST_MESSAGE("skipped: " << reason);
        return;
    }
    std::filesystem::remove_all("/run/udev");
    std::filesystem::create_directories("/run/udev/rules.d");
    std::ofstream("/run/udev/rules.d/99-slow-probe.rules")
        << "SUBSYSTEM==\"block\", KERNEL==\"loop*\", ACTION!=\"remove\", PROGRAM=\"/bin/sh "
        << probe << " $devnode\"\n";
    write_probe(probe_seconds);
    pid_ = start();
    while (::access(control, F_OK) != 0) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
            BOOST_TEST_MESSAGE("skipped: systemd-udevd ended at once");
            pid_ = -1;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    settle();
}

Udevd::~Udevd() {
    if (pid_ <= 0) return;
    // With its workers: one that is left would open the devices of the next test. They become
    // children of this process, since some init puts away what it inherits only once a second.
    ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    ::kill(-pid_, SIGKILL);
    while (::waitpid(-pid_, nullptr, 0) > 0) continue;
    ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
    while (::kill(-pid_, 0) == 0) std::this_thread::sleep_for(std::chrono::milliseconds{5});
    std::filesystem::remove_all("/run/udev");
}

void Udevd::probe_for(const std::string& seconds) const {
    if (running()) write_probe(seconds);
}

// As `udevadm settle`, which looks for the queue only once a second.
void Udevd::settle() {
    if (!run_program("udevadm control --ping --timeout=20")) {
        (void)run_program("udevadm settle --timeout=20");
        return;
    }
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (::access(queue, F_OK) == 0 && std::chrono::steady_clock::now() < limit) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

}  // namespace test
