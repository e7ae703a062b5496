#pragma once

#include <cstddef>
#include <cstdint>
#include <loopingcall/device/report.hpp>
#include <span>
#include <string>
#include <vector>

namespace loopingcall::device::detail {

/// The kind of the target. Which sources of evidence apply depends on it.
enum class ObjectKind : unsigned char {
    whole_disk,  ///< any block device that is not a partition
    partition,
    regular_file,
    directory,
    mounted_file_system,
    other,  ///< a character device, a FIFO, a socket
};

/// The sources of evidence, in the order of their reasons: the first one that could not be read
/// gives the reason of an unknown state.
enum class Source : unsigned char {
    probe,
    process_list,
    descriptors,
    mappings,
    threads,
    io_uring,
    in_flight,
    refusals,
    partitions,
    whole_disk,
    mounts,
    swaps,
    stacked_devices,
    loop_devices,
    file_systems,
    exclusive_open,
    umount,
    lease,
    lock,
    udev,
};

/// When a source that could not be read makes the state unknown.
enum class Weight : unsigned char { always, strict_only };

/// One row of the table of sources.
struct SourceRow {
    Source source;
    const char* name;    ///< in JSON; never changes
    std::uint8_t kinds;  ///< the kinds that it applies to, as bits 1 << ObjectKind
    Weight weight;
    /// Completes the sentence "... could not be inspected", if the answer gives no reason itself.
    const char* remedy;

    [[nodiscard]] constexpr bool applies_to(ObjectKind kind) const {
        return (kinds >> static_cast<unsigned>(kind) & 1U) != 0;
    }
};

/// All sources, in the order of Source.
std::span<const SourceRow> sources();

/// What one source says.
struct Answer {
    Source source = Source::probe;
    Seen seen = Seen::not_inspected;
    std::vector<Holder> holders = {};
    std::vector<Claim> claims = {};
    /// Why it could not be inspected, with the remedy, or why it does not apply.
    std::string why = {};
};

// The four kinds of answer.
Answer nobody(Source source);
/// `somebody` if there is a holder or claim, otherwise `nobody`.
Answer answer(Source source, std::vector<Holder> holders);
Answer answer(Source source, std::vector<Claim> claims);
Answer not_applicable(Source source, std::string why);
Answer not_inspected(Source source, std::string why);

/// All that one check has found out. A source may have several answers: one of each part of the
/// device. A source that applies and has none counts as not inspected.
struct EvidenceTable {
    ObjectKind kind = ObjectKind::other;
    std::vector<Answer> answers = {};
    /// Processes that could not be inspected, and what the probe said besides.
    std::size_t uninspected_processes = 0;
    std::string diagnostics = {};

    void add(Answer one) { answers.push_back(std::move(one)); }
    void add(std::vector<Answer> some);
    /// Whether any source shows a use: more evidence changes nothing then.
    [[nodiscard]] bool shows_somebody() const;
};

}  // namespace loopingcall::device::detail
