// A host for the tests, which shows what the start of a missing program does to its buffered
// output, its atexit handlers and its static objects. Each must happen once.
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION < 108200
#include <boost/optional.hpp>
#include <boost/process/v2.hpp>
#endif
#include <cstdio>
#include <cstdlib>
#include <loopingcall/process/execute.hpp>
#include <string_view>

namespace {

namespace asio = boost::asio;
namespace process = loopingcall::process;

struct Static {
    ~Static() { say("destroyed"); }
    static void say(const char* text) { (void)std::fputs(text, stdout); }
};

const Static object;

void execute_missing(asio::io_context& context) {
    process::async_execute(context.get_executor(), {.argv = {"/no/such/program"}}, {},
                           [](boost::system::error_code error, const process::ExecuteResult&) {
                               const bool right = error == process::errc::not_found;
                               Static::say(right ? "not_found, " : "another error, ");
                           });
    context.run();
}

#if BOOST_VERSION < 108200
void launch_missing_with_boost(asio::io_context& context) try {
    const std::vector<std::string> no_arguments;
    boost::process::v2::default_process_launcher()(context, "/no/such/program", no_arguments);
    Static::say("no error, ");
} catch (const boost::system::system_error&) {
    Static::say("not_found, ");
}
#else
void launch_missing_with_boost(asio::io_context&) {}
#endif

}  // namespace

int main(int count, char** arguments) {
    (void)std::atexit([] { Static::say("at exit, "); });
    Static::say("buffered, ");
    asio::io_context context;
    const std::string_view way = count > 1 ? arguments[1] : "";
    way == "boost" ? launch_missing_with_boost(context) : execute_missing(context);
    return 0;
}
