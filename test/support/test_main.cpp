#define BOOST_TEST_MODULE loopingcall
#include <boost/test/unit_test.hpp>
