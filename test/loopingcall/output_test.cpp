// Output as it comes, and all of it.
#include <boost/json.hpp>

#include "repeating.hpp"

using namespace std::chrono_literals;
namespace json = boost::json;

BOOST_FIXTURE_TEST_SUITE(output, test::Repeating)

BOOST_AUTO_TEST_CASE(standard_output_is_that_of_the_last_call_or_streams) {
    const std::string command =
        " -- sh -c 'echo x >> count; echo out; [ $(wc -l < count) -ge 3 ]'; rm count";
    BOOST_TEST(script("loopingcall -i 0" + command).out == "out\n");
    BOOST_TEST(script("loopingcall -i 0 --output-mode last" + command).out == "out\n");
    BOOST_TEST(script("loopingcall -i 0 --output-mode stream" + command).out == "out\nout\nout\n");
}

/// COMMAND goes on only when what it has said has arrived.
BOOST_AUTO_TEST_CASE(both_outputs_arrive_while_the_command_runs) {
    for (const char* stream : {"2", "1"}) {
        const std::string to(stream);
        const std::string flags = to == "1" ? "--output-mode stream" : "";
        const auto ended =
            script("loopingcall -n 1 -t 1m " + flags + " -- sh -c 'echo word >&" + to +
                   "; until [ -e seen ]; do sleep 0.01; done' " + to +
                   "> said & until grep -q word "
                   "said; do sleep 0.01; done; touch seen; wait $!; code=$?; rm seen; exit $code");
        BOOST_TEST(ended.exit_code == 0);
        BOOST_TEST((ended.elapsed < 60s));
    }
}

BOOST_AUTO_TEST_CASE(a_stream_whose_reader_has_gone_ends) {
    const auto ended =
        script("{ loopingcall -q -i 0 --output-mode stream -- yes; echo $? > code; } | head -n 1");
    BOOST_TEST(ended.out == "y\n");
    BOOST_TEST(text_of("code") == "141\n");
}

BOOST_AUTO_TEST_CASE(an_output_that_is_too_long_is_an_error_with_the_number_of_bytes) {
    const auto cut = script("loopingcall -n 1 -- head -c 70000000 /dev/zero | wc -c");
    BOOST_TEST(cut.out == "0\n");
    BOOST_TEST(
        cut.err.find("standard output was cut: 70000000 bytes came, and 67108864 are kept") !=
        std::string::npos);
    BOOST_TEST(script("loopingcall -q -n 1 -- head -c 70000000 /dev/zero > kept").exit_code == 125);
    const auto whole =
        script("loopingcall -n 1 --output-mode stream -- head -c 70000000 /dev/zero | wc -c");
    BOOST_TEST(whole.out == "70000000\n");
    const auto error =
        script("loopingcall -n 1 -- sh -c 'head -c 70000000 /dev/zero >&2' 2> said; wc -c < said");
    BOOST_TEST(error.out == "70000000\n");
}

BOOST_AUTO_TEST_CASE(json_says_whether_the_outputs_are_whole) {
    const auto told = [&](const std::string& command, int code) {
        const auto ended = loopingcall({"-o", "json", "-n", "1", "--", "/bin/sh", "-c", command});
        BOOST_TEST(ended.exit_code == code);
        const json::value result = json::parse(ended.out);
        BOOST_TEST(result.at("exit_code") == code);
        return result;
    };
    const auto whole = told("echo out; echo err >&2", 0);
    BOOST_TEST(whole.at("truncated") == false);
    BOOST_TEST(whole.at("standard_output") == "out\n");
    BOOST_TEST(whole.at("standard_error") == "err\n");
    BOOST_TEST(whole.at("standard_output_bytes") == 4);
    std::vector<std::string> rows;
    for (const char* to : {"", " >&2"}) {
        rows.push_back(
            "loopingcall -o json -n 1 -- sh -c \"head -c 70000000 /dev/zero | tr '\\\\0' x" +
            std::string(to) + "\" > json; echo $?; head -c 200 json");
    }
    for (const auto& cut : scripts(rows)) {
        for (const char* part :
             {"125\n", "\"result\":\"failed\"", "\"exit_code\":125,", "\"truncated\":true,"}) {
            BOOST_TEST(cut.out.find(part) != std::string::npos, cut.out);
        }
    }
    BOOST_TEST(loopingcall({"-o", "json", "--output-mode", "stream", "--", "true"}).exit_code ==
               125);
}

BOOST_AUTO_TEST_CASE(what_comes_late_is_waited_for_or_reported_as_missing) {
    const std::string late =
        " -n 1 -- sh -c '(until [ -e go ]; do sleep 0.01; done; touch seen; echo late) & "
        "echo first'";
    // The directory, and "go" with it, must not be removed before the child has seen it.
    const std::string let_go = "touch go; until [ -e seen ]; do sleep 0.01; done";
    const auto missing = script("loopingcall" + late + "; code=$?; " + let_go + "; exit $code");
    BOOST_TEST(missing.exit_code == 0);
    BOOST_TEST(missing.out == "first\n");
    BOOST_TEST(missing.err.find("--wait-output waits for it") != std::string::npos, missing.err);
    // It comes later than what is waited for by default.
    const auto waited =
        script("loopingcall --wait-output 1m -n 1 -- sh -c '(sleep 0.5; echo late) & echo first'");
    BOOST_TEST(waited.out == "first\nlate\n");
    BOOST_TEST(waited.err == "");
    BOOST_TEST((waited.elapsed < 60s));
    const auto json = script("rm go seen; loopingcall -o json" + late + "; " + let_go);
    BOOST_TEST(json.out.find("\"truncated\":true") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_service_that_a_successful_command_has_started_lives_on) {
    for (const char* to : {"1", "2"}) {
        const auto ended = script(
            "loopingcall -q -n 1 -- sh -c '(until [ -e over ]; do sleep 0.01; done; echo a; "
            "echo b; touch lives) >&" +
            std::string(to) + " &'; code=$?; touch over; exit $code");
        BOOST_TEST(ended.exit_code == 0);
        BOOST_TEST(
            script("for i in $(seq 500); do [ -e lives ] && exec rm lives over; sleep 0.02; done; "
                   "exit 1")
                .exit_code == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()
