// What the threads of a process have apart from it.
#include <cerrno>

#include "device/kernel/proc_directory.hpp"
#include "device/kernel/shortage.hpp"
#include "process_inspector.hpp"

namespace loopingcall::device::detail {

/// A thread may hand its table on to a new one and end, or become the process itself by exec(): so
/// they are listed again as long as there are new ones that do not share what is known, and then
/// the process is inspected once more if one has ended before its inspection.
void ProcessInspector::inspect_threads() {
    ThreadTables tables(pid_);
    constexpr int most_rounds = 32;
    int round = 0;
    while (inspect_new_threads(tables)) {
        if (++round == most_rounds) return add_gap(Place::threads, "its threads kept changing");
    }
    if (!findings_.is_gone) return;
    findings_.is_gone = false;
    inspect_descriptors("", Place::threads);
    inspect_places("", Place::threads);
}

/// @return whether there were new ones that do not share everything with others.
bool ProcessInspector::inspect_new_threads(ThreadTables& tables) {
    ProcDirectory threads(process_.get(), "task");
    if (!threads.is_open()) {
        throw_if_shortage(threads.error(), "task");
        return false;
    }
    bool any = false;
    while (const auto thread = threads.next_number()) {
        progress_.count();
        if (!tables.add(*thread)) continue;
        const std::string prefix = "task/" + std::to_string(*thread) + '/';
        const bool files = tables.has_new_files(*thread);
        const bool where = tables.has_new_places(*thread);
        if (files) inspect_descriptors(prefix, Place::threads);
        if (where) inspect_places(prefix, Place::threads);
        if (where) inspect_link(prefix + "exe", "exe", Place::threads);  // the first may have ended
        any = any || files || where;
    }
    return any;
}

}  // namespace loopingcall::device::detail
