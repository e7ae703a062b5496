#include "config/template.hpp"

#include <boost/test/unit_test.hpp>

using namespace loopingcall::config::detail;

namespace {

/// References in angle brackets.
std::string shown(std::string_view text) {
    std::string result;
    for (const Piece& piece : split_template(text)) {
        result += piece.is_reference ? '<' + piece.text + '>' : piece.text;
    }
    return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(templates)

BOOST_AUTO_TEST_CASE(references_are_found_where_oslo_finds_them) {
    const struct {
        const char* text;
        const char* shown;
    } table[] = {{"", ""},
                 {"plain", "plain"},
                 {"$x", "<x>"},
                 {"${x}", "<x>"},
                 {"a${x}b", "a<x>b"},
                 {"$x$y", "<x><y>"},
                 {"$x/y", "<x>/y"},
                 {"$g.x", "<g.x>"},
                 {"$x.", "<x.>"},
                 {"$_a1 b", "<_a1> b"},
                 {"$", "$"},
                 {"a$", "a$"},
                 {"$1", "$1"},
                 {"${x", "${x"},
                 {"${}", "${}"},
                 {"${x y}", "${x y}"},
                 {"$$x", "$x"},
                 {"$$$x", "$<x>"},
                 {"\\$x", "$x"},
                 {"\\$$x", "$<x>"},
                 {"%(x)s", "%(x)s"},
                 {"$\\$", "$$"},
                 {"$-x", "$-x"}};
    for (const auto& [text, expected] : table) BOOST_TEST(shown(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(an_escaped_text_stands_for_itself) {
    for (const char* text : {"", "$", "$$", "$x", "${x}", "a$b$$c"}) {
        BOOST_TEST(shown(escape_template(text)) == text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
