#include "tree_text.hpp"

#include "program.hpp"
#include "support/loop_disk.hpp"
#include "terminal/utf8_text.hpp"

namespace json = boost::json;
using loopingcall::device::Holder;
using loopingcall::device::Use;
using loopingcall::device::UseKind;

namespace {

Use process(pid_t pid, std::string name) {
    return {.kind = UseKind::process,
            .name = name,
            .process = Holder{
                .pid = pid, .command = std::move(name), .user = "root", .access = {"open", "cwd"}}};
}

Use example() {
    Use mount{.kind = UseKind::mount,
              .name = "/srv/\xC3\xA9t\xC3\xA9",
              .detail = "ext4",
              .seen_by = 77,
              .uses = {process(7, "cat"), process(8, "a\nb")}};
    Use volume{.kind = UseKind::stacked,
               .name = "/dev/dm-0",
               .detail = "data-root",
               .maker = "lvm",
               .uses = {mount}};
    return {.name = "/dev/sda",
            .uses = {{.kind = UseKind::partition, .name = "/dev/sda1", .uses = {volume}},
                     {.kind = UseKind::partition,
                      .name = "/dev/sda2",
                      .uses = {{.kind = UseKind::swap, .name = "/dev/sda2"}}},
                     {.kind = UseKind::lock, .name = "lock", .detail = "sfdisk 9"}}};
}

/// Without the line breaks and the lines of the tree, to see that no word is lost.
std::string squeezed(std::string text) {
    for (const char* const part : {"\xE2\x94\x9C\xE2\x94\x80", "\xE2\x94\x94\xE2\x94\x80",
                                   "\xE2\x94\x82", "|-", "`-", "|", " ", "\n"}) {
        for (std::size_t at = 0; (at = text.find(part)) != std::string::npos;) {
            text.erase(at, std::string(part).size());
        }
    }
    return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tree_text)

BOOST_AUTO_TEST_CASE(each_use_has_its_line_below_what_it_uses) {
    BOOST_TEST(diskwait::tree_text(example(), {.columns = 0, .utf8 = true}) ==
               "/dev/sda\n"
               "├─/dev/sda1 partition\n"
               "│ └─/dev/dm-0 lvm data-root\n"
               "│   └─/srv/été mounted (ext4) in the mount namespace of process 77\n"
               "│     ├─7 cat (root) open,cwd\n"
               "│     └─8 a\\nb (root) open,cwd\n"
               "├─/dev/sda2 partition\n"
               "│ └─/dev/sda2 swap\n"
               "└─locked by sfdisk 9\n");
}

BOOST_AUTO_TEST_CASE(without_utf8_all_is_ascii) {
    const std::string text = diskwait::tree_text(example(), {});
    BOOST_TEST(text.find("|   `-/srv/\\xc3\\xa9t\\xc3\\xa9 mounted") != std::string::npos, text);
    for (const char character : text) BOOST_TEST(static_cast<unsigned char>(character) < 0x80);
}

BOOST_AUTO_TEST_CASE(a_line_is_as_long_as_there_is_room_and_loses_nothing) {
    Use tree = example();
    tree.uses[0].uses[0].uses[0].name = "/" + std::string(150, 'x');
    for (const bool utf8 : {false, true}) {
        const std::string whole = squeezed(diskwait::tree_text(tree, {.utf8 = utf8}));
        for (std::size_t columns = 20; columns <= 200; columns += 6) {
            const std::string text = diskwait::tree_text(tree, {.columns = columns, .utf8 = utf8});
            std::istringstream lines(text);
            for (std::string line; std::getline(lines, line);) {
                BOOST_TEST(terminal::columns_of(line) <= columns, line);
            }
            BOOST_TEST(squeezed(text) == whole, columns);
        }
        BOOST_TEST(!diskwait::tree_text(tree, {.columns = 1, .utf8 = utf8}).empty());
    }
}

BOOST_AUTO_TEST_CASE(of_many_processes_the_first_ten_are_shown_and_a_number) {
    Use tree{.name = "/dev/sda"};
    for (pid_t pid = 1; pid <= 33; ++pid) tree.uses.push_back(process(pid, "cat"));
    std::string text = diskwait::tree_text(tree, {});
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 12);
    BOOST_TEST(text.find("`-and 23 more processes\n") != std::string::npos, text);
    tree.uses.resize(11);
    text = diskwait::tree_text(tree, {});
    BOOST_TEST(text.find("`-and 1 more process\n") != std::string::npos, text);
    tree.uses.resize(10);
    text = diskwait::tree_text(tree, {});
    BOOST_TEST(text.find("more") == std::string::npos, text);
    BOOST_TEST(text.find("`-10 cat (root) open,cwd\n") != std::string::npos, text);
}

BOOST_FIXTURE_TEST_CASE(explain_checks_once_and_prints_the_tree_and_the_advice, test::Program) {
    const auto ended =
        shell("exec 9< '" + file.string() + "'; LC_ALL=C.UTF-8 '" TEST_DISKWAIT "' --explain '" +
              file.string() + "' 9<&-; echo $? $$");
    BOOST_TEST(ended.out.find("after 1 check in") != std::string::npos, ended.out);
    const std::string pid = ended.out.substr(ended.out.rfind("\n", ended.out.size() - 2) + 3);
    const std::string number = pid.substr(0, pid.find('\n'));
    BOOST_TEST(ended.out.find('\n' + file.string() + "\n└─" + number + " sh (root) open\n") !=
                   std::string::npos,
               ended.out);
    BOOST_TEST(ended.out.find("advice: kill " + number + "  # sh\n1 ") != std::string::npos,
               ended.out);
}

BOOST_FIXTURE_TEST_CASE(explain_waits_if_the_command_line_says_so, test::Program) {
    const auto ended = shell("exec 9< '" + file.string() +
                             "'; '" TEST_DISKWAIT "' --explain -n 3 -i 1ms --no-early-wake '" +
                             file.string() + "'");
    BOOST_TEST(ended.exit_code == 1);
    BOOST_TEST(ended.out.find("after 3 checks in") != std::string::npos, ended.out);
}

BOOST_FIXTURE_TEST_CASE(json_has_the_whole_tree_with_explain, test::Program) {
    std::string holders;
    for (int i = 0; i < 12; ++i)
        holders += "sleep 1000 < '" + file.string() + "' > /dev/null 2>&1 & p=\"$p $!\"; ";
    const auto ended = shell(holders + "'" TEST_DISKWAIT "' --explain -o json '" + file.string() +
                             "'; '" TEST_DISKWAIT "' -t 0 '" + file.string() + "'; kill $p");
    const json::value result = json::parse(ended.out.substr(0, ended.out.find('\n')));
    const json::value& device = result.at("devices").at(0);
    BOOST_TEST(device.at("tree").at("kind") == "file");
    BOOST_TEST(device.at("tree").at("name").as_string() == file.string());
    BOOST_TEST(device.at("tree").at("uses").as_array().size() == 12U);
    BOOST_TEST(device.at("tree").at("uses").at(0).at("process").at("command") == "sleep");
    BOOST_TEST(device.at("advice").as_string().starts_with("kill "));
    BOOST_TEST(device.at("holders").as_array().size() == 12U);
    BOOST_TEST(ended.out.find(" and 2 more, after 1 check") != std::string::npos, ended.out);
    BOOST_TEST(!json::parse(diskwait({"-o", "json", file.string()}).out)
                    .at("devices")
                    .at(0)
                    .as_object()
                    .contains("tree"));
}

BOOST_FIXTURE_TEST_CASE(an_unknown_state_has_its_advice_and_quiet_prints_none, test::Program) {
    const auto missing = diskwait({"/no/such"});
    BOOST_TEST(missing.exit_code == 3);
    BOOST_TEST(missing.err.find("\nadvice: check the name") != std::string::npos, missing.err);
    BOOST_TEST(missing.out == "");
    const auto quiet = diskwait({"-q", "--explain", "/no/such"});
    BOOST_TEST(quiet.out + quiet.err == "");
    const auto refused = diskwait({"--one-check", "--explain", file.string()});
    BOOST_TEST(refused.exit_code == 2);
}

BOOST_AUTO_TEST_SUITE_END()
