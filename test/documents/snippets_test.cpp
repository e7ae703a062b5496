// The code of the pages is code that the tests compile and run.
#include <boost/test/unit_test.hpp>
#include <fstream>

#include "documents/documents.hpp"
#include "support/scratch.hpp"

namespace {

struct Snippet {
    const char* page;
    const char* example;
    const char* name;
};

/// The lines between two `// [name]` marks of an example, without the marks.
std::string text_of(const Snippet& snippet) {
    const std::string text = test::read_file(test::project / snippet.example);
    const std::string mark = "// [" + std::string(snippet.name) + "]\n";
    const std::size_t begin = text.find(mark) + mark.size();
    const std::size_t end = text.rfind('\n', text.find(mark, begin)) + 1;
    return text.substr(begin, end - begin);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(snippets)

BOOST_AUTO_TEST_CASE(the_code_of_each_page_is_that_of_an_example) {
    const Snippet shown[] = {
        {"README.md", "apps/examples/01_tick.cpp", "tick"},
        {"lib/device/README.md", "apps/examples/02_wait_for_device.cpp", "wait"},
        {"lib/loop/README.md", "apps/examples/03_virtual_time.cpp", "virtual"},
        {"lib/loop/README.md", "apps/examples/04_heartbeat.cpp", "heartbeat"},
        {"lib/loop/README.md", "apps/examples/05_retry_connect.cpp", "retry"},
        {"lib/process/README.md", "apps/examples/09_run_command.cpp", "command"},
        {"lib/config/README.md", "apps/examples/10_options.cpp", "options"},
        {"apps/examples/testing_with_virtual_time.md", "apps/examples/08_test_your_task.cpp",
         "task"},
        {"apps/examples/testing_with_virtual_time.md", "apps/examples/08_test_your_task.cpp",
         "test"},
    };
    for (const Snippet& snippet : shown) {
        const std::string page = test::read_file(test::project / snippet.page);
        BOOST_TEST(page.find(text_of(snippet)) != std::string::npos,
                   snippet.page << ": " << snippet.example);
    }
}

BOOST_AUTO_TEST_SUITE_END()
