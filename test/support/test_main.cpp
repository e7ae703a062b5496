#define BOOST_TEST_MODULE loopingcall
#include <boost/test/unit_test.hpp>

#include "support/left_behind.hpp"

using test::NobodyIsLeftBehind;
BOOST_TEST_GLOBAL_FIXTURE(NobodyIsLeftBehind);
