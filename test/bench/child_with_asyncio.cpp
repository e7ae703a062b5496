#include <sstream>
#include <string>

#include "children.hpp"
#include "peer.hpp"

namespace bench {

Cost run_with_asyncio(long megabytes, int runs) {
    double launch = 0;
    double total = 0;
    std::istringstream(
        output_of({"python3", BENCH_ASYNCIO, std::to_string(megabytes), std::to_string(runs)})
            .value_or("")) >>
        launch >> total;
    return {std::chrono::duration<double>(launch), std::chrono::duration<double>(total)};
}

}  // namespace bench
