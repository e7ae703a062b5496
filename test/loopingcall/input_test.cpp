// Standard input: none, for the first call, or for each; never lost without an error.
#include "repeating.hpp"
#include "support/sanitizers.hpp"

using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(input, test::Repeating)

BOOST_AUTO_TEST_CASE(data_that_no_call_would_read_is_a_usage_error) {
    (void)scratch.file("data", "payload");
    for (const char* from :
         {"mkfifo full; exec 8<> full; echo payload >&8; loopingcall -- false < full",
          "loopingcall -- false < data",
          // It comes while COMMAND runs.
          "mkfifo late; exec 8<> late; loopingcall -n 1 -- sh -c 'echo payload > late' < late"}) {
        const auto ended = script(from);
        BOOST_TEST(ended.exit_code == 125, from);
        BOOST_TEST(ended.err.find("--stdin: standard input has data") != std::string::npos);
    }
    for (const char* empty :
         {"loopingcall -n 1 -- true < /dev/null", ": | loopingcall -n 1 -- true",
          "mkfifo idle; exec 8<> idle; loopingcall -n 1 -- true < idle",
          "echo payload | loopingcall --stdin none -n 1 -- true", "loopingcall -n 1 -- true <&-"}) {
        BOOST_TEST(script(empty).exit_code == 0, empty);
    }
}

BOOST_AUTO_TEST_CASE(none_once_and_each_are_given_what_they_say) {
    const auto calls = [&](const std::string& flag, const std::string& data) {
        return script("rm -f count; " + data + " | loopingcall -i 0 --output-mode stream " + flag +
                      " -- sh -c 'echo x >> count; echo \"<$(cat)>\"; [ $(wc -l < count) -ge 3 ]'")
            .out;
    };
    BOOST_TEST(calls("--stdin none", "echo data") == "<>\n<>\n<>\n");
    BOOST_TEST(calls("--stdin once", "echo data") == "<data>\n<>\n<>\n");
    BOOST_TEST(calls("--stdin each", "echo data") == "<data>\n<data>\n<data>\n");
    BOOST_TEST(calls("--stdin each", "{ echo da; echo ta; }") == "<da\nta>\n<da\nta>\n<da\nta>\n");
}

BOOST_AUTO_TEST_CASE(once_hands_a_stream_on_as_it_comes) {
    const auto ended = script(
        "mkfifo in; loopingcall -n 1 -t 1m --stdin once --output-mode stream -- sh -c 'read a; "
        "echo $a > got; read b; echo $b' < in & exec 9> in; echo one >&9; until_is got; "
        "echo two >&9; wait $!");
    BOOST_TEST(ended.out == "two\n");
}

BOOST_AUTO_TEST_CASE(each_is_bounded_and_says_so) {
    const auto ended =
        script("head -c 70000000 /dev/zero | loopingcall --stdin each -- touch begun");
    BOOST_TEST(ended.exit_code == 125);
    BOOST_TEST(ended.err.find("has more than the 67108864 bytes") != std::string::npos, ended.err);
    BOOST_TEST(!std::filesystem::exists(scratch.path() / "begun"));
}

BOOST_AUTO_TEST_CASE(an_input_without_end_holds_neither_a_signal_nor_the_timeout_up) {
    const auto late =
        script("mkfifo in; exec 8<> in; loopingcall --stdin each -t 0.2 -- true < in");
    BOOST_TEST(late.exit_code == 124);
    BOOST_TEST(late.err == "loopingcall: true: timed_out after 0 calls\n");
    // It has a second thread once it reads.
    const auto ended =
        script("exec 8<> in; '" TEST_LOOPINGCALL
               "' --stdin each -- true < in & child=$!; until [ $(ls /proc/$child/task | wc -l) = "
               "2 ]; do sleep 0.01; done; kill -TERM $child; wait $child");
    BOOST_TEST(ended.exit_code == 128 + 15);
}

BOOST_AUTO_TEST_CASE(an_input_that_no_memory_is_left_for_is_an_error) {
    if (test::with_sanitizer) return;  // which needs more address space than that
    const auto ended = script("ulimit -v 60000; head -c 60000000 /dev/zero | '" TEST_LOOPINGCALL
                              "' --stdin each -n 1 -- true");
    BOOST_TEST(ended.exit_code == 125);
    BOOST_TEST(ended.err.find("there is not enough memory") != std::string::npos, ended.err);
}

BOOST_AUTO_TEST_SUITE_END()
