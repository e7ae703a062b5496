#include "scale/recorder.hpp"

#include <malloc.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "cpu_time.hpp"
#include "peer.hpp"

namespace bench {

Recorder::Recorder(const Plan& plan) : plan_(plan) {
    late_.reserve(static_cast<std::size_t>(plan.count() * (Plan::measured.count() + 2)));
}

void Recorder::begin() { cpu_ = cpu_seconds(); }

Scale Recorder::result() {
    const double cpu = cpu_seconds() - cpu_;
    if (late_.empty()) return {};
    const auto made = static_cast<double>(late_.size());
    std::sort(late_.begin(), late_.end());
    const double planned = static_cast<double>(plan_.count() * Plan::measured.count());
    return {.cpu_us_a_tick = 1e6 * cpu / made,
            .p99_late_ms = 1e-6 * late_[late_.size() * 99 / 100],
            .worst_late_ms = 1e-6 * late_.back(),
            .ticks = made / planned};
}

double heap_bytes() {
    const auto heap = ::mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

Scale scale_with_program(const char* program, std::int64_t count) {
    Scale scale;
    std::istringstream(output_of({program, std::to_string(count)}).value_or("")) >>
        scale.cpu_us_a_tick >> scale.bytes >> scale.p99_late_ms >> scale.worst_late_ms >>
        scale.ticks;
    return scale;
}

}  // namespace bench
