#include "program.hpp"
#include "result.hpp"

namespace json = boost::json;

namespace {

std::vector<std::string> keys_of(const json::value& value) {
    std::vector<std::string> keys;
    for (const auto& [key, ignored] : value.as_object()) keys.emplace_back(key);
    return keys;
}

/// With the path of a device in a variable, since a script could not have all of them.
test::Ended shell_for(const std::filesystem::path& device, const std::string& script) {
    boost::asio::io_context context;
    test::Ended ended;
    loopingcall::process::async_execute(
        context.get_executor(),
        {.argv = {"/bin/sh", "-c", script, TEST_DISKWAIT},
         .environment = {{"DEVICE", device.native()}}},
        {}, [&](boost::system::error_code, loopingcall::process::ExecuteResult result) {
            ended.out = std::move(result.standard_output);
        });
    context.run();
    return ended;
}

const std::vector<std::string> top{"schema",          "result",  "exit_code",
                                   "elapsed_seconds", "devices", "errors"};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(program_json, test::Program)

BOOST_AUTO_TEST_CASE(a_wait_is_printed_as_one_object_with_fixed_keys) {
    const auto ended =
        shell("exec 9< '" + file.string() +
              "'; echo $$ >&2; '" TEST_DISKWAIT "' -o json -n 2 -i 10ms --no-early-wake '" +
              file.string() + "' /no/such/device");
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(std::count(ended.out.begin(), ended.out.end(), '\n') == 1);
    const json::value result = json::parse(ended.out);
    BOOST_TEST(keys_of(result) == top, boost::test_tools::per_element());
    BOOST_TEST(result.at("schema") == "diskwait/1");
    BOOST_TEST(result.at("result") == "busy");
    BOOST_TEST(result.at("exit_code") == 1);
    const json::value& held = result.at("devices").at(0);
    const std::vector<std::string> device_keys{"device",          "state",  "checks",
                                               "elapsed_seconds", "reason", "advice",
                                               "holders",         "claims", "uninspected_processes",
                                               "evidence",        "message"};
    BOOST_TEST(keys_of(held) == device_keys, boost::test_tools::per_element());
    BOOST_TEST(held.at("device").as_string() == file.string());
    BOOST_TEST(held.at("checks").to_number<int>() == 2);
    BOOST_TEST(held.at("reason").is_null());
    const json::value& holder = held.at("holders").at(0);
    BOOST_TEST(keys_of(holder) ==
                   (std::vector<std::string>{"pid", "command", "user", "access", "path",
                                             "in_file_system", "since", "unit", "container"}),
               boost::test_tools::per_element());
    BOOST_TEST(holder.at("pid").to_number<int>() == std::stoi(ended.err));
    BOOST_TEST(holder.at("command") == "sh");
    const json::value& missing = result.at("devices").at(1);
    BOOST_TEST(missing.at("state") == "unknown");
    BOOST_TEST(missing.at("reason") == "no such device");
}

BOOST_AUTO_TEST_CASE(a_holder_that_leaves_after_the_second_check_gives_three_checks) {
    // fuser itself counts: the holder is gone when it is asked for the third time.
    const auto count = (scratch.path() / "count").string();
    const test::FakeFuser fake(scratch, "echo x >> '" + count + "'; [ $(wc -l < '" + count +
                                            "') -lt 3 ] || exit 1; printf ' 1'; echo \"$1:\" >&2");
    const auto ended = diskwait({"-o", "json", "-i", "10ms", file.string()});
    BOOST_TEST(ended.exit_code == 0);
    BOOST_TEST(ended.out.find("\"checks\":3,") != std::string::npos);
    BOOST_TEST(json::parse(ended.out).at("result") == "free");
}

BOOST_AUTO_TEST_CASE(a_claim_has_its_kind_and_its_names_can_be_printed) {
    namespace device = loopingcall::device;
    const diskwait::Result result{
        .name = "busy",
        .exit_code = 1,
        .devices = {{.report = {.device = "/dev/sda",
                                .state = device::State::busy,
                                .claims = {{device::ClaimKind::mount, "/a\xFF", "/dev/sda1"}}}}}};
    const json::value told = json::parse(diskwait::to_json(result));
    const json::value claim{{"kind", "mount"},          {"detail", "/a\xEF\xBF\xBD"},
                            {"detail_bytes", "2f61ff"}, {"path", "/dev/sda1"},
                            {"part", nullptr},          {"namespace_pid", nullptr}};
    BOOST_TEST(told.at("devices").at(0).at("claims").at(0) == claim);
}

BOOST_AUTO_TEST_CASE(names_are_as_they_are_and_the_bytes_of_others_are_added) {
    const std::pair<std::string, std::string> names[] = {{"plain", ""},
                                                         {"a\\b \"q\" \n\t\x1b[31m", ""},
                                                         {"\u00e9\u202e\u4e2d", ""},
                                                         {"a\xff\xc3", "61ffc3"}};
    for (const auto& [name, bytes] : names) {
        const auto device = scratch.file(name);
        const auto ended = shell_for(
            device, "exec 9< \"$DEVICE\"; \"$0\" -o json -n 1 --probe procfs \"$DEVICE\"");
        const json::value told = json::parse(ended.out).at("devices").at(0);
        BOOST_TEST(told.as_object().contains("device_bytes") == !bytes.empty(), ended.out);
        if (bytes.empty()) {
            BOOST_TEST(told.at("device").as_string() == device.string());
            BOOST_TEST(told.at("holders").at(0).at("path").as_string() == device.string());
        } else {
            const std::string hexadecimal = json::value_to<std::string>(told.at("device_bytes"));
            BOOST_TEST(hexadecimal.ends_with("2f" + bytes), hexadecimal);
            BOOST_TEST(told.at("device").as_string().ends_with("/a\xEF\xBF\xBD\xEF\xBF\xBD"));
            BOOST_TEST(told.at("holders").at(0).at("path_bytes") == told.at("device_bytes"));
        }
    }
}

BOOST_AUTO_TEST_CASE(numbers_of_seconds_are_plain_decimals) {
    using namespace std::chrono_literals;
    const std::pair<std::chrono::nanoseconds, std::string> times[] = {
        {25ms, "0.025"}, {1ms, "0.001"},          {0ms, "0"},   {19004ms, "19.004"},
        {2s, "2"},       {100'000h, "360000000"}, {400us, "0"}, {86'400'500ms, "86400.5"}};
    for (const auto& [time, number] : times) {
        const std::string text = diskwait::to_json({.name = "free", .elapsed = time});
        BOOST_TEST(text.find("\"elapsed_seconds\":" + number + ",") != std::string::npos, text);
    }
    const auto config =
        diskwait({"--show-config", "--no-default-config", "-o", "json", "-i", "25ms", "-t", "1us"})
            .out;
    BOOST_TEST(config.find("\"value\":0.025,") != std::string::npos, config);
    BOOST_TEST(config.find("\"value\":0.000001,") != std::string::npos, config);
    BOOST_TEST(json::parse(config).at("result") == "config");
}

BOOST_AUTO_TEST_CASE(a_refusal_is_printed_in_the_same_form) {
    const auto usage = diskwait({"-o", "json", "-n", "0", "--nope", file.string()});
    BOOST_TEST(usage.exit_code == 2);
    const json::value result = json::parse(usage.out);
    BOOST_TEST(keys_of(result) == top, boost::test_tools::per_element());
    BOOST_TEST(result.at("result") == "usage_error");
    BOOST_TEST(result.at("errors").as_array().size() == 2U);
    const json::value& error = result.at("errors").at(1);
    BOOST_TEST(keys_of(error) ==
                   (std::vector<std::string>{"file", "line", "column", "key", "code", "message"}),
               boost::test_tools::per_element());
    BOOST_TEST(error.at("key") == "-n");
    BOOST_TEST(error.at("file").is_null());

    const auto conf = scratch.file("a.conf", "[disk_partitioner]\ncheck_device_interval = x\n");
    const auto config = diskwait({"-o", "json", "--config-file", conf.string(), file.string()});
    const json::value refused = json::parse(config.out);
    BOOST_TEST(refused.at("result") == "config_error");
    BOOST_TEST(refused.at("errors").at(0).at("file").as_string() == conf.string());
    BOOST_TEST(refused.at("errors").at(0).at("line") == 2);
    BOOST_TEST(refused.at("errors").at(0).at("column") == 25);
    BOOST_TEST(refused.at("errors").at(0).at("code") == "not_duration");
}

BOOST_AUTO_TEST_SUITE_END()
