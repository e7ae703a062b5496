#include "loop/engine/decide.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

using namespace loopingcall;
using namespace loopingcall::detail;
using namespace std::chrono_literals;

namespace {

CallResult checked(CallResult result) {
    check(result);
    return result;
}

CallResult timed_out(CallResult result) {
    time_out(result);
    return result;
}

std::exception_ptr error_of(const CallResult& result) {
    const auto* failure = std::get_if<Failure>(&result);
    return failure ? failure->error : nullptr;
}

boost::system::error_code code_of(const CallResult& result) {
    try {
        std::rethrow_exception(error_of(result));
    } catch (const boost::system::system_error& error) {
        return error.code();
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(decide)

BOOST_AUTO_TEST_CASE(the_reason_to_end_follows_its_precedence) {
    BOOST_TEST(!reason_to_end({}).has_value());
    BOOST_TEST((reason_to_end({true, true, true}) == StopReason::stopped));
    BOOST_TEST((reason_to_end({false, true, true}) == StopReason::timed_out));
    BOOST_TEST((reason_to_end({false, false, true}) == StopReason::exhausted));
}

BOOST_AUTO_TEST_CASE(a_negative_delay_is_a_failure_and_zero_is_none) {
    BOOST_TEST((error_of(checked(After{-1ns})) != nullptr));
    BOOST_TEST((error_of(checked(After{0ns})) == nullptr));
    BOOST_TEST((error_of(checked(again)) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_call_that_took_too_long_has_failed_unless_it_is_done_or_says_why) {
    const auto aborted =
        std::make_exception_ptr(boost::system::system_error(boost::asio::error::operation_aborted));
    const auto other = std::make_exception_ptr(1);
    BOOST_TEST(code_of(timed_out(again)) == boost::asio::error::timed_out);
    BOOST_TEST(code_of(timed_out(After{1s})) == boost::asio::error::timed_out);
    BOOST_TEST(code_of(timed_out(Failure{aborted})) == boost::asio::error::timed_out);
    BOOST_TEST(code_of(timed_out(Failure{})) == boost::asio::error::timed_out);
    BOOST_TEST((error_of(timed_out(Failure{other})) == other));
    BOOST_TEST(std::holds_alternative<Done<void>>(timed_out(Done<void>{})));
}

BOOST_AUTO_TEST_SUITE_END()
