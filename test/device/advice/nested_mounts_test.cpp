#include "device/advice/nested_mounts.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace loopingcall::device::detail;

namespace {

std::vector<Mount> mounts_at(const std::vector<std::string>& points) {
    std::vector<Mount> mounts;
    for (const std::string& point : points) mounts.push_back({.point = point});
    return mounts;
}

/// "/a(/a/b)": each mount with those below it.
std::string shown(const std::vector<NestedMount>& nests) {
    std::string text;
    for (const NestedMount& nest : nests) {
        text += (text.empty() ? "" : " ") + nest.mount->point;
        if (!nest.inner.empty()) text += '(' + shown(nest.inner) + ')';
    }
    return text;
}

std::string below_root(const std::vector<std::string>& points) {
    return shown(mounts_below({.point = "/m"}, mounts_at(points)));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nested_mounts)

BOOST_AUTO_TEST_CASE(mounts_are_nested_by_their_points) {
    BOOST_TEST(below_root({"/", "/m", "/m/b/c", "/m/a", "/m/b", "/mm", "/m/b/d/e"}) ==
               "/m/a /m/b(/m/b/c /m/b/d/e)");
}

BOOST_AUTO_TEST_CASE(mounts_over_each_other_do_not_multiply_those_below) {
    BOOST_TEST(below_root({"/m/a", "/m/a", "/m/a/b", "/m/a/b"}) == "/m/a(/m/a/b /m/a/b) /m/a");
}

BOOST_AUTO_TEST_CASE(only_the_first_hundred_mounts_are_nested) {
    std::vector<std::string> points;
    for (int i = 0; i < 1000; ++i) points.push_back("/m/" + std::to_string(i));
    BOOST_TEST(mounts_below({.point = "/m"}, mounts_at(points)).size() == 100U);
}

BOOST_AUTO_TEST_SUITE_END()
