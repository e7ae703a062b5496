#include "loopingcall/invocation.hpp"

namespace repeat {

using namespace loopingcall::config;

const OptionTable& option_table() {
    const std::chrono::nanoseconds least{1};
    const std::string none(no_default);
    static const OptionTable table{
        {"DEFAULT", "interval", DurationType{}, "1",
         "time from the start of one call to the start of the next; 0: no pause", "interval,i"},
        {"DEFAULT", "max_calls", IntegerType{1}, none,
         "maximum number of calls; no limit by default", "max-calls,n"},
        {"DEFAULT", "timeout", DurationType{{}, true}, "infinity",
         "timeout of the whole run; the call in progress is ended; 0: call once", "timeout,t"},
        {"DEFAULT", "call_timeout", DurationType{least, true}, "infinity",
         "timeout of one call; the call is ended and counts as exit status 124", "call-timeout"},
        {"DEFAULT", "backoff", BooleanType{}, "false",
         "after each failure, double the delay, from the interval up to --max-delay", "backoff"},
        {"DEFAULT", "max_delay", DurationType{}, none,
         "longest delay of --backoff; 1m by default, or the interval if that is longer",
         "max-delay"},
        {"DEFAULT", "jitter", FloatType{0, 0.49}, "0",
         "fraction of each delay that varies at random, so that many instances do not call at the "
         "same time",
         "jitter"},
        {"DEFAULT", "retry_on", TextType{}, none,
         "exit statuses after which COMMAND is called again, such as 1,3-5; all but those of "
         "--stop-on by default",
         "retry-on"},
        {"DEFAULT", "stop_on", TextType{}, "126,127",
         "exit statuses that end the run; 128+n is the signal n", "stop-on"},
        {"DEFAULT", "stdin", ChoiceType{{"none", "once", "each"}}, none,
         "standard input of COMMAND: none (/dev/null, the default); once: the first call reads it; "
         "each: every call reads all of it, up to 64 MiB",
         "stdin"},
        {"DEFAULT", "output_mode", ChoiceType{{"last", "stream"}}, "last",
         "standard output: of the last call, kept up to 64 MiB; or of all calls, as it comes",
         "output-mode"},
        {"DEFAULT", "wait_output", DurationType{}, "100ms",
         "how long to wait for output of processes that COMMAND has left behind", "wait-output"},
        {"DEFAULT", "foreground", BooleanType{}, "false",
         "run COMMAND in the process group of loopingcall, so that it can read from the terminal; "
         "signals then reach COMMAND alone",
         "foreground"},
        {"DEFAULT", "output", ChoiceType{{"text", "json"}}, "text",
         "form of the result; json holds both outputs of COMMAND", "output,o"},
        {"DEFAULT", "progress", ChoiceType{{"auto", "always", "never"}}, "auto",
         "one line on standard error, rewritten after each call", "progress"},
    };
    return table;
}

}  // namespace repeat
