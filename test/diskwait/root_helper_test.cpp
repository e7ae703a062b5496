// What an ordinary user gets with a root helper: what root gets, by one command that can be
// allowed.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.hpp"
#include "support/child.hpp"
#include "support/loop_disk.hpp"

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct Helped : test::Program {
    fs::path program = scratch.path() / "diskwait";
    fs::path helper = scratch.path() / "as_root";

    /// env(1) that always runs as root, as sudo does; and a program that all may run.
    Helped() {
        fs::permissions(scratch.path(), fs::perms(0755));
        fs::copy_file(TEST_DISKWAIT, program);
        fs::copy_file("/usr/bin/env", helper);
        ::chmod(program.c_str(), 0755);
        ::chmod(helper.c_str(), 04755);
    }

    [[nodiscard]] bool possible() const {
        const auto ended = as_user(helper.string() + " id -u");
        return ::geteuid() == 0 && ended.out == "0\n";
    }

    static test::Ended as_user(const std::string& command) {
        return shell("exec setpriv --reuid 65534 --regid 65534 --clear-groups " + command);
    }

    [[nodiscard]] test::Ended ask(const std::string& arguments) const {
        return as_user(program.string() + " -n 1 " + arguments);
    }

    [[nodiscard]] std::string with_helper() const {
        return "--root-helper " + helper.string() + ' ';
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(root_helper, Helped)

BOOST_AUTO_TEST_CASE(a_user_with_a_helper_gets_what_root_gets_by_each_probe) {
    const test::LoopDisk disk(file, 4);
    if (!disk.attached() || !possible()) return;
    for (const std::string probe : {"fuser", "lsof", "procfs"}) {
        const std::string arguments = "--probe " + probe + ' ' + disk.path().string();
        BOOST_TEST(ask(arguments).exit_code == 3);
        const auto free = ask(with_helper() + arguments);
        BOOST_TEST(free.exit_code == 0, free.out << free.err);
        const test::Child holder(
            [&] { return ::open(disk.path().c_str(), O_RDONLY | O_CLOEXEC) >= 0; });
        const auto busy = ask(with_helper() + "-o json " + arguments);
        BOOST_TEST(busy.exit_code == 1);
        const json::value result = json::parse(busy.out);
        BOOST_TEST(result.at("devices").at(0).at("holders").at(0).at("pid") == holder.pid());
        BOOST_TEST(!result.at("devices").at(0).as_object().contains("identity"));
    }
}

BOOST_AUTO_TEST_CASE(a_wait_through_the_helper_ends_when_the_holder_does) {
    const test::LoopDisk disk(file, 4);
    if (!disk.attached() || !possible()) return;
    const auto ended =
        shell("sleep 0.7 < " + disk.path().string() +
              " & exec setpriv --reuid "
              "65534 --regid 65534 --clear-groups " +
              program.string() + ' ' + with_helper() + "-i 200ms -n 50 " + disk.path().string());
    BOOST_TEST(ended.exit_code == 0, ended.out << ended.err);
}

BOOST_AUTO_TEST_CASE(a_helper_that_may_not_or_runs_something_else_leaves_it_unknown) {
    if (::geteuid() != 0) return;
    for (const char* const other :
         {"/bin/false", "/bin/true", "/bin/echo", "/no/such/helper", "/usr/bin/env -i"}) {
        const auto ended = ask("--root-helper '" + std::string(other) + "' " + file.string());
        BOOST_TEST(ended.exit_code == 3, other << ": " << ended.out << ended.err);
        BOOST_TEST((ended.out + ended.err).find("root") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(root_makes_its_checks_itself) {
    if (::geteuid() != 0) return;
    const auto ended = diskwait({"--root-helper", "/bin/false", "-n", "1", file.string()});
    BOOST_TEST(ended.exit_code == 0, ended.out << ended.err);
}

BOOST_AUTO_TEST_CASE(one_check_runs_nothing_reads_no_file_and_prints_json) {
    const auto config = scratch.file("config", "secret line\n").string();
    const auto checked = diskwait({"--one-check", file.string()});
    const json::value result = json::parse(checked.out);
    BOOST_TEST(result.at("devices").at(0).as_object().contains("identity"));
    BOOST_TEST(result.at("devices").at(0).at("checks") == 1);
    const auto mark = (scratch.path() / "mark").string();
    const std::vector<std::vector<std::string>> refused{
        {"--one-check", file.string(), "--", "/bin/touch", mark},
        {"--one-check", "--config-file", config, file.string()},
        {"--one-check", "--config-dir", scratch.path().string(), file.string()},
        {"--one-check", file.string(), file.string()},
    };
    for (const auto& arguments : refused) {
        const auto ended = diskwait(arguments);
        BOOST_TEST(ended.exit_code == 2);
        BOOST_TEST((ended.out + ended.err).find("secret") == std::string::npos);
    }
    BOOST_TEST(!fs::exists(mark));
    const auto helped =
        diskwait({"--one-check", "--root-helper", "/bin/touch " + mark + " #", file.string()});
    BOOST_TEST(!fs::exists(mark));
    BOOST_TEST(helped.exit_code != 2);
}

BOOST_AUTO_TEST_SUITE_END()
