#include <csignal>

#include "program.hpp"

BOOST_FIXTURE_TEST_SUITE(program_interrupt, test::Program)

BOOST_AUTO_TEST_CASE(a_signal_ends_it_cleanly_and_leaves_no_child) {
    const auto pid = scratch.path() / "pid";
    const test::FakeFuser fake(scratch, "echo $$ > '" + pid.string() + ".tmp'; mv '" +
                                            pid.string() + ".tmp' '" + pid.string() +
                                            "'; exec sleep 1000");
    for (const auto& [name, number] :
         {std::pair{"INT", SIGINT}, {"TERM", SIGTERM}, {"QUIT", SIGQUIT}}) {
        std::filesystem::remove(pid);
        const auto ended =
            shell("'" TEST_DISKWAIT "' -o json '" + file.string() + "' & child=$!; until [ -e '" +
                  pid.string() + "' ]; do kill -0 $child || exit 99; done; kill -" + name +
                  " $child; wait $child");
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(ended.exit_code == 128 + number);
            BOOST_TEST(boost::json::parse(ended.out).at("result") == "interrupted");
            BOOST_TEST(::kill(std::stoi(test::read_file(pid)), 0) == -1);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
