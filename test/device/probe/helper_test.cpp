// The check through the root helper: the whole of it counts, or nothing.
#include "device/probe/helper_check.hpp"

#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <fstream>

#include "device/waiting.hpp"
#include "support/forked.hpp"

using namespace loopingcall::device;
using namespace loopingcall::device::detail;
using loopingcall::process::WaitStatus;

namespace {

const Identity disk{
    .path = "/dev/sda", .is_block_device = true, .number = 0x800, .disk_sequence = 9};

struct Text {
    std::string schema = "diskwait/1";
    std::string result = "free";
    std::string device = "/dev/sda";
    std::string state = "free";
    std::string reason = "null";
    std::string identity = to_text(disk);
    std::string holders = "[]";
    std::string evidence = {};

    /// Every source, but one, shows no use.
    static std::string all_but(const std::string& missing, const std::string& seen = "nobody") {
        std::string list;
        for (const SourceRow& row : sources()) {
            if (row.name == missing && seen == "nobody") continue;
            list += std::string(list.empty() ? "" : ",") + R"({"source":")" + row.name +
                    R"(","seen":")" + (row.name == missing ? seen : "nobody") + R"(","detail":""})";
        }
        return '[' + list + ']';
    }

    [[nodiscard]] std::string json() const {
        return R"({"schema":")" + schema + R"(","result":")" + result + R"(","devices":[)" +
               R"({"device":")" + device + R"(","state":")" + state + R"(","reason":)" + reason +
               R"(,"holders":)" + holders + R"(,"claims":[],"uninspected_processes":1,)" +
               R"("identity":")" + identity + R"(","evidence":)" +
               (evidence.empty() ? all_but("") : evidence) + "}]}\n";
    }
};

Report read(const std::string& json, int code, bool strict = false) {
    const HelperAnswer answer{.status = WaitStatus::exited_with(code), .standard_output = json};
    return judge(answer, disk, ObjectKind::whole_disk, {.check_device_strict = strict});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(helper)

BOOST_AUTO_TEST_CASE(a_whole_answer_is_taken_as_it_is) {
    const Report free = read(Text{}.json(), 0);
    BOOST_TEST(free.state == State::free, free.reason);
    BOOST_TEST(free.uninspected_processes == 1U);
    BOOST_TEST(free.evidence.size() == sources().size());

    const Report busy =
        read(Text{.result = "busy",
                  .state = "busy",
                  .holders = R"([{"pid":7,"command":"dd","user":"root","access":["open"],)"
                             R"("path":"/dev/sda","since":null}])"}
                 .json(),
             1);
    BOOST_TEST(busy.state == State::busy, busy.reason);
    BOOST_REQUIRE(busy.holders.size() == 1U);
    BOOST_TEST(busy.holders[0].pid == 7);
    BOOST_TEST(busy.holders[0].access.at(0) == "open");

    const Report unknown =
        read(Text{.result = "unknown", .state = "unknown", .reason = "\"no fuser\""}.json(), 3);
    BOOST_TEST(unknown.state == State::unknown);
    BOOST_TEST(unknown.reason == "no fuser");
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_not_whole_or_not_of_this_device_is_unknown) {
    const std::string all = Text::all_but("");
    const std::vector<std::pair<std::string, int>> answers{
        {"", 0},
        {"{}", 0},
        {"free\n", 0},
        {"[]", 0},
        {"{\"schema\":\"diskwait/1\"", 0},
        {Text{}.json(), 1},
        {Text{}.json(), 3},
        {Text{}.json(), 2},
        {Text{}.json(), 126},
        {Text{.schema = "diskwait/2"}.json(), 0},
        {Text{.result = "busy"}.json(), 0},
        {Text{.device = "/dev/sdb"}.json(), 0},
        {Text{.state = "busy"}.json(), 0},
        {Text{.identity = "block 8:0 sequence 10"}.json(), 0},
        {Text{.evidence = "[]"}.json(), 0},
        {Text{.evidence = "\"all\""}.json(), 0},
        {Text{.evidence = R"([{"source":"stars","seen":"nobody","detail":""}])"}.json(), 0},
        {Text{.evidence = Text::all_but("mounts", "sure")}.json(), 0},
        {std::string(100000, '['), 0},
        {std::string(100000, '{'), 0},
    };
    for (const auto& [json, code] : answers) {
        const Report report = read(json, code);
        BOOST_TEST_CONTEXT(json.substr(0, 80) << ", exit " << code) {
            BOOST_TEST(report.state == State::unknown);
            BOOST_TEST(report.reason.starts_with("the check through root_helper failed: "));
        }
    }
}

BOOST_AUTO_TEST_CASE(a_free_state_needs_each_source_of_the_answer) {
    for (const SourceRow& row : sources()) {
        if (!row.applies_to(ObjectKind::whole_disk) || row.weight != Weight::always) continue;
        for (const char* const seen : {"nobody", "somebody", "not inspected"}) {
            const Report report = read(Text{.evidence = Text::all_but(row.name, seen)}.json(), 0);
            BOOST_TEST(report.state != State::free, row.name << ' ' << seen);
        }
    }
    const std::string in_flight = Text::all_but("in_flight", "not inspected");
    BOOST_TEST(read(Text{.evidence = in_flight}.json(), 0).state == State::free);
    BOOST_TEST(read(Text{.evidence = in_flight}.json(), 0, true).state == State::unknown);
}

// A rule of sudo can allow all that comes before the device.
BOOST_AUTO_TEST_CASE(the_command_is_the_same_for_each_device) {
    const WaitOptions options{.root_helper = {"sudo", "-n"}};
    const std::vector<std::string> expected{"sudo",
                                            "-n",
                                            "diskwait",
                                            "--one-check",
                                            "--probe",
                                            "fuser",
                                            "--probe-timeout",
                                            "9000ms",
                                            "--children",
                                            "--kernel-claims",
                                            "--udev",
                                            "--no-strict-check",
                                            "/dev/sda"};
    BOOST_TEST(helper_command(disk, options) == expected, boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_helper_that_fails_hangs_or_lies_leaves_the_device_unknown,
                        test::Waiting) {
    std::filesystem::permissions(scratch.path(), std::filesystem::perms(0755));
    const auto answer = scratch.file("answer");
    std::filesystem::permissions(answer, std::filesystem::perms(0666));
    const std::string hangs = "exec sleep 60";
    for (const std::string script :
         {"exit 1", "echo free", hangs.c_str(), "kill -9 $$", "head -c 9000000 /dev/zero",
          "echo '{\"schema\":\"diskwait/1\",\"result\":\"free\",\"devices\":[]}'"}) {
        const auto helper = scratch.script("helper", script);
        std::filesystem::permissions(helper, std::filesystem::perms(0755));
        // No other is to end by the limit.
        const std::chrono::milliseconds limit(script == hangs ? 500 : 1500);
        const int code = test::in_forked_child([&] {
            test::become_nobody();
            boost::asio::io_context context;
            async_wait_until_free(context.get_executor(), {file},
                                  {.check_device_max_retries = 1,
                                   .check_device_probe_timeout = limit,
                                   .root_helper = {helper.string()}},
                                  [&](std::exception_ptr, const std::vector<WaitResult>& results) {
                                      std::ofstream(answer) << results.at(0).report.state << ": "
                                                            << results.at(0).report.reason;
                                  });
            context.run();
            return 0;
        });
        BOOST_TEST(code == 0);
        const std::string said = test::read_file(answer);
        BOOST_TEST(said.starts_with("unknown: "), script << ": " << said);
        BOOST_TEST(said.find("root_helper") != std::string::npos, script << ": " << said);
    }
}

BOOST_AUTO_TEST_SUITE_END()
