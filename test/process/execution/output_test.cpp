#include <sys/resource.h>

#include <csignal>

#include "process/run.hpp"

BOOST_FIXTURE_TEST_SUITE(output, test::Children)

BOOST_AUTO_TEST_CASE(both_outputs_are_kept_apart) {
    const auto ran = shell("printf out; printf err >&2; exit 3");
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.standard_output == "out");
    BOOST_TEST(ran.result.standard_error == "err");
    BOOST_TEST(ran.result.status.exited(3));
    BOOST_TEST(!ran.result.truncated);
    BOOST_TEST(ran.result.message.empty());
    BOOST_TEST(ran.result.elapsed.count() > 0);
}

BOOST_AUTO_TEST_CASE(output_is_binary_safe) {
    const auto ran = shell(R"(printf 'a\000b\377\n')");
    BOOST_TEST(ran.result.standard_output == std::string("a\0b\377\n", 5));
}

BOOST_AUTO_TEST_CASE(outputs_larger_than_a_pipe_are_drained_while_the_child_runs) {
    const auto ran = shell("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 0");
    BOOST_TEST(ran.result.standard_output.size() == 300000U);
    BOOST_TEST(ran.result.standard_error.size() == 300000U);
}

BOOST_AUTO_TEST_CASE(output_is_bounded_and_the_child_is_still_drained) {
    const auto ran = shell("head -c 5000000 /dev/zero && exit 4", {.max_output = 1000});
    BOOST_TEST(ran.result.standard_output.size() == 1000U);
    BOOST_TEST(ran.result.truncated);
    BOOST_TEST(ran.result.status.exited(4));
}

BOOST_AUTO_TEST_CASE(a_gigabyte_of_output_costs_bounded_memory) {
    struct rusage before {};
    ::getrusage(RUSAGE_SELF, &before);
    const auto ran = shell("head -c 1073741824 /dev/zero && exit 4");
    struct rusage after {};
    ::getrusage(RUSAGE_SELF, &after);
    BOOST_TEST(ran.result.standard_output.size() == std::size_t{1} << 20U);
    BOOST_TEST(ran.result.truncated);
    BOOST_TEST(ran.result.status.exited(4));  // not blocked: it could write all of it
    BOOST_TEST(after.ru_maxrss - before.ru_maxrss < 16 * 1024);  // KiB
}

BOOST_AUTO_TEST_CASE(the_child_reads_an_empty_input) {
    const auto ran = shell("cat; echo end");
    BOOST_TEST(ran.result.standard_output == "end\n");
}

BOOST_AUTO_TEST_CASE(a_grandchild_that_keeps_the_pipe_open_holds_nothing_up) {
    const auto ran = run(helper("grandchild"), {.timeout = std::chrono::seconds(60)});
    BOOST_TEST(!ran.error);
    BOOST_TEST(ran.result.status.exited(0));
    BOOST_TEST(ran.result.truncated);
    BOOST_TEST(::kill(std::stoi(ran.result.standard_output), SIGKILL) == 0);
}

BOOST_AUTO_TEST_SUITE_END()
