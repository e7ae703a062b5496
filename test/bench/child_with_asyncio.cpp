#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <loopingcall/process/execute.hpp>
#include <sstream>
#include <string>

#include "children.hpp"

namespace bench {

Cost run_with_asyncio(long megabytes, int runs) {
    namespace process = loopingcall::process;
    boost::asio::io_context context;
    Cost cost;
    process::async_execute(
        context.get_executor(),
        {.argv = {"python3", BENCH_ASYNCIO, std::to_string(megabytes), std::to_string(runs)}}, {},
        [&](boost::system::error_code error, const process::ExecuteResult& ran) {
            if (error || !ran.status.exited(0)) return;
            double launch = 0;
            double total = 0;
            std::istringstream(ran.standard_output) >> launch >> total;
            cost.launch = std::chrono::duration<double>(launch);
            cost.total = std::chrono::duration<double>(total);
        });
    context.run();
    return cost;
}

}  // namespace bench
