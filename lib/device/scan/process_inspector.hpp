#pragma once

#include <sys/types.h>

#include <cerrno>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "device/proc/descriptor_info.hpp"
#include "device/proc/hung_processes.hpp"
#include "device/proc/mappings.hpp"
#include "device/proc/progress.hpp"
#include "device/proc/registered_files.hpp"
#include "device/proc/thread_tables.hpp"
#include "findings.hpp"
#include "process/launch/descriptor.hpp"
#include "scan_targets.hpp"

namespace loopingcall::device::detail {

/// Whether an errno says that the process, or what it had, is not there any more.
inline bool has_ended(int error) noexcept { return error == ENOENT || error == ESRCH; }

/// Finds a name without making a string of it.
struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept {
        return std::hash<std::string_view>{}(name);
    }
};
using NameSet = std::unordered_set<std::string, NameHash, std::equal_to<>>;

/// Inspects processes, one after the other, for all targets of a scan. What it may not see is a
/// gap; what it cannot see because descriptors or memory have run out it throws, since no target
/// can be called free after that.
class ProcessInspector {
  public:
    /// Both outlive it.
    ProcessInspector(const ScanTargets& targets, Progress& progress);

    /// @param known  what looks at the descriptors and threads of this process have found: the
    ///               sockets for Look::threads, the io_urings for Look::rings.
    Findings inspect(Look look, int proc, pid_t pid, const Findings& known = {});

  private:
    bool open_process(int proc, Place place);

    // A name is relative to the directory of the process; a prefix is "" for the process itself,
    // and "task/12/" for a thread.
    void inspect_descriptors(const std::string& prefix, Place place);
    void inspect_descriptor(int directory, const char* number, const std::string& info,
                            const struct statx& found, Place place);
    bool is_ancestor();
    int inspect_link(const std::string& name, const char* access, Place place);
    void inspect_places(const std::string& prefix, Place place);

    void inspect_mappings(int proc);
    std::optional<std::string> read_maps(int proc);
    bool open_thread_with_memory(int proc);
    bool open_links(int proc, process::detail::Descriptor& links);
    bool inspect_mapped_file(int links, const MappedFile& file);
    void note_unseen_mapping(std::string_view identity);

    void inspect_threads();
    bool inspect_new_threads(ThreadTables& tables);

    void inspect_ring(const std::string& info);
    RegisteredFiles read_ring(const std::string& info);
    /// Where paths begin, and its own path as the kernel writes it for us.
    struct Root {
        process::detail::Descriptor directory{};
        std::string path;
    };
    std::vector<Root> open_roots();
    void inspect_registered(const std::vector<Root>& roots, const std::string& path);
    [[nodiscard]] bool may_lie_below(const std::vector<Root>& roots,
                                     const std::string& directory) const;
    [[nodiscard]] bool may_lie_in(int place) const;

    void count_in_flight(const std::vector<std::string>& sockets);

    void note(const struct statx& found, const char* access, Place place, bool for_writing);
    void pass_over(const struct statx& found, const std::string& what, Place place);
    void add_gap(Place place, std::string why);
    void note_error(int error, Place place);
    void note_refusal(int error, Place place);

    const ScanTargets& targets_;
    Progress& progress_;
    RingFormat ring_format_;
    std::optional<std::set<pid_t>> ancestors_;
    NameSet strangers_;  // mapped files of no target

    pid_t pid_ = 0;  // of the process that is inspected
    process::detail::Descriptor process_{};
    Findings findings_;
};

}  // namespace loopingcall::device::detail
