#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace loopingcall::device::detail {

/// How many openings of a node by this process have begun, and have ended. Refused ones count as
/// long as they last.
struct OwnOpenings {
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
};

/// The count of the openings of one node by all threads of this process. It begins with the first
/// of these objects and goes with the last, so that a process that lives long and opens many nodes
/// keeps nothing of them. Thread-safe.
class CountedNode {
  public:
    /// @param node  as it is watched: absolute, with symbolic links resolved.
    explicit CountedNode(std::filesystem::path node);
    CountedNode(CountedNode&& other) noexcept;
    CountedNode& operator=(CountedNode&&) = delete;
    ~CountedNode();

    [[nodiscard]] OwnOpenings count() const;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  private:
    struct Entry;
    struct Register;
    friend class OwnOpening;

    static Register& all();

    std::filesystem::path path_;
    Entry* entry_;
};

/// Stands around each opening of a device node by this library, so that a watch of the node
/// distinguishes events of this library from those of others. As long as it lives, and after,
/// inotify may report one opening and one closing for reading that are ours. Thread-safe.
class OwnOpening {
  public:
    /// @param node  as it is watched: absolute, with symbolic links resolved.
    explicit OwnOpening(std::filesystem::path node);
    ~OwnOpening();
    OwnOpening(const OwnOpening&) = delete;
    OwnOpening& operator=(const OwnOpening&) = delete;

    /// The kernel has refused the opening: it causes no event.
    void refused() noexcept { refused_ = true; }

  private:
    CountedNode node_;
    bool refused_ = false;
};

/// Takes our own events out of those that inotify reports. Linux merges equal events that follow
/// each other, so there may be fewer than were made: what is left over is forgotten as soon as no
/// more can come. A pure function of the numbers it is given.
class OwnEvents {
  public:
    /// @param now  when the node begins to be watched.
    explicit OwnEvents(OwnOpenings now) : accounted_(now.ended) {}

    /// All events that were there have been read.
    /// @param after  the numbers after that.
    void begin(OwnOpenings after) {
        const std::uint64_t more = after.begun > accounted_ ? after.begun - accounted_ : 0;
        openings_ += more;
        closings_ += more;
        accounted_ = after.begun;
    }

    // Whether an event of these is one of ours.
    bool takes_opening() { return takes(openings_); }
    bool takes_closing() { return takes(closings_); }

    /// All events that were read have been shown.
    /// @param before  the numbers before they were read: what had ended then has been among them.
    void end(OwnOpenings before) {
        const std::uint64_t most = accounted_ > before.ended ? accounted_ - before.ended : 0;
        openings_ = openings_ < most ? openings_ : most;
        closings_ = closings_ < most ? closings_ : most;
    }

  private:
    static bool takes(std::uint64_t& left) {
        if (left == 0) return false;
        --left;
        return true;
    }

    std::uint64_t accounted_;
    std::uint64_t openings_ = 0;
    std::uint64_t closings_ = 0;
};

}  // namespace loopingcall::device::detail
