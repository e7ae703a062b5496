// Everything that a person reads is plain English: pages, help, manual pages, the sample, and the
// messages, comments and names of tests in all sources have no phrase of the list.
#include "documents/phrases.hpp"

#include <boost/test/unit_test.hpp>

#include "documents/documents.hpp"
#include "support/run_program.hpp"
#include "support/scratch.hpp"

namespace {

void check(const std::string& place, const std::string& text) {
    for (const test::Hit& hit : test::banned_phrases(text)) {
        BOOST_ERROR(place << ':' << hit.line << ": \"" << hit.found
                          << "\"; write: " << hit.instead);
    }
}

void check_files(const std::string& folder, const char* end,
                 std::string (*part)(const std::string&), std::size_t least) {
    const auto files = test::files_below(folder, end);
    for (const auto& file : files) {
        check(test::shown(file), part(test::read_file(file)));
    }
    BOOST_TEST(files.size() >= least, folder);
}

/// All of C++ in a folder, but the list of phrases and its test.
void check_sources(const std::string& folder, std::string (*part)(const std::string&),
                   std::size_t least) {
    std::size_t files = 0;
    for (const char* const end : {".cpp", ".hpp"}) {
        for (const auto& file : test::files_below(folder, end)) {
            if (file.stem() == "phrases" || file.stem() == "phrases_test") continue;
            check(test::shown(file), part(test::read_file(file)));
            ++files;
        }
    }
    BOOST_TEST(files >= least, folder);
}

std::string all_of(const std::string& text) { return text; }

}  // namespace

BOOST_AUTO_TEST_SUITE(phrases)

BOOST_AUTO_TEST_CASE(a_phrase_is_found_over_the_end_of_a_line_and_in_its_part_alone) {
    const std::string source =
        "// nobody is\n// told\nf(\"none such\", 10'000, '\"');  /* a verdict */\n";
    BOOST_TEST(test::banned_phrases(test::comments_of(source)).size() == 3U);
    BOOST_TEST(test::banned_phrases(test::literals_of(source)).size() == 1U);
    BOOST_TEST(test::banned_phrases(test::literals_of(source)).front().line == 3U);
    const std::string name = "BOOST_AUTO_TEST_CASE(\n    it_is_told_to_nobody) {}\n";
    BOOST_TEST(test::banned_phrases(test::test_names_of(name)).size() == 2U);
    BOOST_TEST(test::banned_phrases("the source shows `nobody`; somebody: held by 7").empty());
    BOOST_TEST(test::banned_phrases("There is no such device. The state is unknown.").empty());
}

BOOST_AUTO_TEST_CASE(the_pages_are_plain) {
    for (const auto& page : test::pages()) {
        check(test::shown(page), test::prose_of(test::read_file(page)));
    }
}

BOOST_AUTO_TEST_CASE(help_and_sample_are_plain) {
    check("diskwait --help", test::run({TEST_DISKWAIT, "--help"}).out);
    check("loopingcall --help", test::run({TEST_LOOPINGCALL, "--help"}).out);
    check("diskwait --sample-config", test::run({TEST_DISKWAIT, "--sample-config"}).out);
}

BOOST_AUTO_TEST_CASE(the_manual_pages_are_plain) {
    check_files("apps/documents", ".in", all_of, 3);
    check_files("conf", ".in", all_of, 1);
}

BOOST_AUTO_TEST_CASE(the_messages_are_plain) {
    check_sources("lib", test::literals_of, 180);
    check_sources("include", test::literals_of, 60);
    check_sources("apps", test::literals_of, 50);
    check_sources("test", test::literals_of, 200);
}

BOOST_AUTO_TEST_CASE(the_comments_are_plain) {
    check_sources("lib", test::comments_of, 180);
    check_sources("include", test::comments_of, 60);
    check_sources("apps", test::comments_of, 50);
    check_sources("test", test::comments_of, 200);
}

BOOST_AUTO_TEST_CASE(the_names_of_tests_are_plain) {
    check_sources("test", test::test_names_of, 200);
}

BOOST_AUTO_TEST_SUITE_END()
