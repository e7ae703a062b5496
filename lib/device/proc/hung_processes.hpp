#pragma once

#include <mutex>
#include <vector>

#include "process_list.hpp"

namespace loopingcall::device::detail {

/// What is inspected in a process at a time. What may hang comes last, so that it does not take
/// along what was found before.
enum class Look : unsigned char {
    descriptors,  ///< open descriptors, working and root directory, program
    threads,      ///< the same of its threads, and what is on its way through its sockets
    rings,        ///< the files of its io_urings: may hang in a dead file system
    mappings,     ///< what it has mapped: may hang in the lock of its memory map
};

/// The processes that a thread of a scan hangs in at the moment. Others do not follow it there:
/// otherwise each check would lose one more thread.
///
/// One for the whole process, since the threads outlive the scan and the wait that began them.
/// Thread-safe.
class HungProcesses {
  public:
    static HungProcesses& get();

    void add(const ListedProcess& process, Look look);
    /// The thread has come back from there.
    void remove(const ListedProcess& process, Look look);
    /// Whether a thread hangs there.
    [[nodiscard]] bool contains(const ListedProcess& process, Look look) const;
    /// Whether so many threads hang that no more must be lost.
    [[nodiscard]] bool is_full() const;

  private:
    struct Entry {
        ListedProcess process;
        Look look;
        friend bool operator==(const Entry&, const Entry&) = default;
    };

    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

}  // namespace loopingcall::device::detail
