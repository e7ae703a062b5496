// Where one looks for a page, there is one: links, anchors and the sizes of pages.
#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "documents/documents.hpp"
#include "support/scratch.hpp"

namespace {

/// The anchor that code hosts give to a heading.
std::string anchor_of(const std::string& heading) {
    std::string anchor;
    for (const char letter : boost::to_lower_copy(heading)) {
        const auto byte = static_cast<unsigned char>(letter);
        if (std::isalnum(byte) != 0 || letter == '-' || letter == '_' || byte > 0x7f) {
            anchor += letter;
        } else if (letter == ' ') {
            anchor += '-';
        }
    }
    return anchor;
}

std::set<std::string> anchors_of(const std::filesystem::path& page) {
    std::set<std::string> anchors;
    std::istringstream lines(test::read_file(page));
    const std::regex heading("#+ (.*)");
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, heading)) anchors.insert(anchor_of(match[1]));
    }
    return anchors;
}

std::size_t lines_of(const std::filesystem::path& page) {
    const std::string text = test::prose_of(test::read_file(page));
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(each_relative_link_leads_to_a_file_and_a_heading) {
    const std::regex link(R"(\]\(([^)#:]*)(?:#([^)]*))?\))");
    std::size_t links = 0;
    for (const auto& page : test::pages()) {
        const std::string text = test::prose_of(test::read_file(page));
        for (std::sregex_iterator found(text.begin(), text.end(), link), end; found != end;
             ++found, ++links) {
            const std::string file = (*found)[1];
            const std::string anchor = (*found)[2];
            const auto target = file.empty() ? page : page.parent_path() / file;
            BOOST_TEST_CONTEXT(test::shown(page) << ": " << found->str()) {
                BOOST_TEST(std::filesystem::exists(target));
                BOOST_TEST((anchor.empty() || anchors_of(target).count(anchor) == 1));
            }
        }
    }
    BOOST_TEST(links > 60U);
}

BOOST_AUTO_TEST_CASE(each_room_and_program_has_a_page_that_the_front_page_leads_to) {
    const std::string front = test::read_file(test::project / "README.md");
    for (const char* const folder :
         {"lib/loop", "lib/process", "lib/device", "lib/config", "apps/diskwait",
          "apps/loopingcall", "apps/examples", "test", "test/bench"}) {
        const std::string page = std::string(folder) + "/README.md";
        BOOST_TEST(std::filesystem::exists(test::project / page), page);
        BOOST_TEST(front.find("](" + page) != std::string::npos, page);
    }
}

BOOST_AUTO_TEST_CASE(no_page_is_longer_than_one_reads) {
    const std::map<std::string, std::size_t> limits{
        {"README.md", 180},
        {"CONTRIBUTING.md", 100},
        {"lib/loop/README.md", 220},
        {"lib/process/README.md", 90},
        {"lib/device/README.md", 160},
        {"lib/config/README.md", 120},
        {"apps/diskwait/README.md", 200},
        {"apps/loopingcall/README.md", 100},
        {"apps/examples/README.md", 40},
        {"test/README.md", 120},
        {"test/bench/README.md", 160},
    };
    for (const auto& [page, limit] : limits) {
        BOOST_TEST(lines_of(test::project / page) <= limit, page);
    }
}

BOOST_AUTO_TEST_SUITE_END()
