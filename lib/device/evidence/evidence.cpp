#include "evidence.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace loopingcall::device::detail {

namespace {

template <class... Kind>
constexpr std::uint8_t only(Kind... kind) {
    return static_cast<std::uint8_t>(((1U << static_cast<unsigned>(kind)) | ...));
}

using enum ObjectKind;

constexpr std::uint8_t anything =
    only(whole_disk, partition, regular_file, directory, mounted_file_system, other);
constexpr std::uint8_t all_but_mounts = only(whole_disk, partition, regular_file, directory, other);
constexpr std::uint8_t block_devices = only(whole_disk, partition);
constexpr std::uint8_t storage = only(whole_disk, partition, regular_file, mounted_file_system);

constexpr std::array source_rows{
    SourceRow{Source::probe, "probe", all_but_mounts, Weight::always, "use another probe"},
    SourceRow{Source::process_list, "process_list", anything, Weight::always,
              "run as root or set root_helper"},
    SourceRow{Source::descriptors, "descriptors", anything, Weight::always,
              "run as root or set root_helper"},
    SourceRow{Source::mappings, "mappings", anything, Weight::always,
              "run as root or set root_helper"},
    SourceRow{Source::threads, "threads", anything, Weight::always,
              "run as root or set root_helper"},
    SourceRow{Source::io_uring, "io_uring", anything, Weight::always,
              "run as root or set root_helper"},
    SourceRow{Source::in_flight, "in_flight", anything, Weight::strict_only,
              "run without --strict"},
    SourceRow{Source::refusals, "refusals", anything, Weight::strict_only, "run without --strict"},
    SourceRow{Source::partitions, "partitions", only(whole_disk), Weight::always, "mount /sys"},
    SourceRow{Source::whole_disk, "whole_disk", only(partition), Weight::always, "mount /sys"},
    SourceRow{Source::mounts, "mounts", storage, Weight::always, "mount /proc"},
    SourceRow{Source::swaps, "swaps", storage, Weight::always, "mount /proc"},
    SourceRow{Source::stacked_devices, "stacked_devices", block_devices, Weight::always,
              "mount /sys"},
    SourceRow{Source::loop_devices, "loop_devices", storage, Weight::always, "mount /sys"},
    SourceRow{Source::file_systems, "file_systems", block_devices, Weight::always, "mount /sys"},
    SourceRow{Source::exclusive_open, "exclusive_open", block_devices, Weight::always,
              "run as root"},
    SourceRow{Source::umount, "umount", only(mounted_file_system), Weight::always, "run as root"},
    SourceRow{Source::lease, "lease", only(regular_file), Weight::strict_only, "run as root"},
    SourceRow{Source::lock, "lock", block_devices, Weight::always, "mount /proc"},
    SourceRow{Source::udev, "udev", block_devices, Weight::always,
              "exclude it by check_device_udev = false"},
};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < source_rows.size(); ++i) {
        if (source_rows[i].source != static_cast<Source>(i)) return false;
    }
    return true;
}
static_assert(is_in_order(), "each source has its row, in the order of Source");

}  // namespace

std::span<const SourceRow> sources() { return source_rows; }

Answer nobody(Source source) { return {.source = source, .seen = Seen::nobody}; }

Answer answer(Source source, std::vector<Holder> holders) {
    const Seen seen = holders.empty() ? Seen::nobody : Seen::somebody;
    return {.source = source, .seen = seen, .holders = std::move(holders)};
}

Answer answer(Source source, std::vector<Claim> claims) {
    const Seen seen = claims.empty() ? Seen::nobody : Seen::somebody;
    return {.source = source, .seen = seen, .claims = std::move(claims)};
}

Answer not_applicable(Source source, std::string why) {
    return {.source = source, .seen = Seen::not_applicable, .why = std::move(why)};
}

Answer not_inspected(Source source, std::string why) {
    return {.source = source, .seen = Seen::not_inspected, .why = std::move(why)};
}

void EvidenceTable::add(std::vector<Answer> some) {
    std::move(some.begin(), some.end(), std::back_inserter(answers));
}

bool EvidenceTable::shows_somebody() const {
    return std::any_of(answers.begin(), answers.end(),
                       [](const Answer& one) { return one.seen == Seen::somebody; });
}

}  // namespace loopingcall::device::detail
