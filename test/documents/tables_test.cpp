// What the tables of the README files claim is true of the programs and held by tests.
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>

#include "documents/documents.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

namespace {

/// The text of all tests of a room.
std::string tests_of(const std::string& room) {
    std::string tests;
    for (const auto& source : test::files_below("test/" + room, ".cpp")) {
        tests += test::read_file(source);
    }
    return tests;
}

std::string page(const std::string& path) { return test::read_file(test::project / path); }

/// Each flag of the program's help, except full names such as --disk_partitioner-root_helper.
void check_flags(const char* program, const std::string& readme, std::size_t least) {
    const std::string help = test::run({program, "--help"}).out;
    const std::regex flag("--[a-z][a-z-]+(?![a-z_-])");
    std::size_t flags = 0;
    for (std::sregex_iterator found(help.begin(), help.end(), flag), end; found != end; ++found) {
        if (found->str().starts_with("--disk")) continue;
        ++flags;
        BOOST_TEST(page(readme).find(found->str()) != std::string::npos, found->str());
    }
    BOOST_TEST(flags > least);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(tables)

BOOST_AUTO_TEST_CASE(the_page_of_each_program_has_every_flag) {
    check_flags(TEST_DISKWAIT, "apps/diskwait/README.md", 25);
    check_flags(TEST_LOOPINGCALL, "apps/loopingcall/README.md", 15);
}

BOOST_AUTO_TEST_CASE(each_row_that_compares_the_loop_is_held_by_a_test) {
    const std::string tests = tests_of("loop");
    const std::string readme = page("lib/loop/README.md");
    const std::regex last_cell(R"(\| `(\w+)` \|\n)");
    std::size_t rows = 0;
    for (std::sregex_iterator row(readme.begin(), readme.end(), last_cell), end; row != end;
         ++row, ++rows) {
        const std::string name = (*row)[1];
        BOOST_TEST(tests.find("BOOST_AUTO_TEST_CASE(" + name + ")") != std::string::npos, name);
    }
    BOOST_TEST(rows >= 11U);
}

BOOST_AUTO_TEST_CASE(each_row_that_compares_loopingcall_is_held_by_a_test) {
    const std::string tests = tests_of("loopingcall");
    const std::string readme = page("apps/loopingcall/README.md");
    const std::regex last_cell(R"(\| `(\w+)/(\w+)` \|\n)");
    std::size_t rows = 0;
    for (std::sregex_iterator row(readme.begin(), readme.end(), last_cell), end; row != end;
         ++row, ++rows) {
        const std::string suite = "_TEST_SUITE(" + (*row)[1].str();
        const std::string name = "BOOST_AUTO_TEST_CASE(" + (*row)[2].str() + ")";
        BOOST_TEST(tests.find(suite) != std::string::npos, suite);
        BOOST_TEST(tests.find(name) != std::string::npos, name);
    }
    BOOST_TEST(rows >= 16U);
}

BOOST_AUTO_TEST_CASE(the_page_of_the_room_has_every_source_of_evidence) {
    const std::string evidence = page("lib/device/evidence/evidence.cpp");
    const std::string readme = page("lib/device/README.md");
    const std::regex row(R"re(SourceRow\{Source::\w+, "(\w+)")re");
    std::size_t rows = 0;
    for (std::sregex_iterator found(evidence.begin(), evidence.end(), row), end; found != end;
         ++found, ++rows) {
        BOOST_TEST(readme.find('`' + (*found)[1].str() + '`') != std::string::npos, found->str());
    }
    BOOST_TEST(rows >= 19U);
}

BOOST_AUTO_TEST_CASE(each_example_is_in_the_table_of_its_page) {
    const std::string readme = page("apps/examples/README.md");
    for (const auto& example : test::files_below("apps/examples", ".cpp")) {
        BOOST_TEST(readme.find("](" + example.filename().string() + ")") != std::string::npos,
                   example);
    }
}

BOOST_AUTO_TEST_CASE(dev_has_the_commands_that_the_pages_use) {
    const std::string help = test::run({(test::project / "dev").string(), "help"}).out;
    std::size_t commands = 0;
    for (const auto& file : test::pages()) {
        const std::string text = test::read_file(file);
        const std::regex command(R"(\./dev ([a-z0-9-]+))");
        for (std::sregex_iterator found(text.begin(), text.end(), command), end; found != end;
             ++found, ++commands) {
            BOOST_TEST(help.find("\n  " + (*found)[1].str() + " ") != std::string::npos,
                       test::shown(file) << ": " << found->str());
        }
    }
    BOOST_TEST(commands > 15U);
}

BOOST_AUTO_TEST_SUITE_END()
