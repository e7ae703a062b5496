#include "loopingcall/invocation.hpp"

namespace repeat {

using namespace loopingcall::config;

const OptionTable& option_table() {
    const std::chrono::nanoseconds least{1};
    static const OptionTable table{
        {"DEFAULT", "interval", DurationType{least}, "1",
         "time from the start of one call to the start of the next", "interval,i"},
        {"DEFAULT", "max_calls", IntegerType{1}, std::string(no_default),
         "how many calls are made before it is given up; no limit by default", "max-calls,n"},
        {"DEFAULT", "timeout", DurationType{least, true}, "infinity",
         "limit of the whole; a call that runs then is ended", "timeout,t"},
        {"DEFAULT", "call_timeout", DurationType{least, true}, "infinity",
         "limit of one call, which is then ended and has failed", "call-timeout"},
        {"DEFAULT", "backoff", BooleanType{}, "false",
         "wait twice as long after each failure, the interval after the first", "backoff"},
        {"DEFAULT", "jitter", FloatType{0, 0.49}, "0",
         "share of a delay that is left to chance, so that many do not call at once", "jitter"},
        {"DEFAULT", "output", ChoiceType{{"text", "json"}}, "text",
         "form of the result; json has the outputs of COMMAND in it", "output,o"},
        {"DEFAULT", "progress", ChoiceType{{"auto", "always", "never"}}, "auto",
         "a line on standard error that is rewritten with each call", "progress"},
    };
    return table;
}

}  // namespace repeat
