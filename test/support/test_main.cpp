#define BOOST_TEST_MODULE loopingcall
#include <boost/test/unit_test.hpp>

#include "support/exact_heap.hpp"
#include "support/left_behind.hpp"

[[gnu::constructor]] static void begin(int /*count*/, char** arguments, char** /*environment*/) {
    test::run_with_exact_heap(arguments);
}

using test::NobodyIsLeftBehind;
BOOST_TEST_GLOBAL_FIXTURE(NobodyIsLeftBehind);
