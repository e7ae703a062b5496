#include "survey.hpp"

#include <sys/stat.h>

#include <iterator>
#include <utility>

#include "block_device.hpp"

namespace loopingcall::device::detail {

namespace {

Identity identity_of(const BlockDevice& device) {
    return {.path = device.node, .is_block_device = true, .number = device.number};
}

ObjectKind kind_of(const Identity& identity) {
    switch (identity.type) {
        case S_IFREG:
            return ObjectKind::regular_file;
        case S_IFDIR:
            return ObjectKind::directory;
        case S_IFBLK:
            return ObjectKind::whole_disk;
        default:
            return ObjectKind::other;
    }
}

/// A disk and its partitions, as sysfs shows them.
void add_relatives(Survey& survey, const KernelView& view) {
    const dev_t number = survey.device.identity->number;
    if (!is_shown(number, view.sysfs)) {
        survey.answers.push_back(not_inspected(
            Source::partitions, "the kernel's tree of block devices is not shown in " +
                                    view.sysfs.string() + "; mount sysfs there"));
        return;
    }
    const BlockDevice disk = whole_disk_of(number, view.sysfs);
    if (disk.number != number) {
        survey.kind = ObjectKind::partition;
        survey.whole_disk = identity_of(disk);
        return;
    }
    for (const BlockDevice& one : partitions_of(number, view.sysfs)) {
        survey.partitions.push_back(identity_of(one));
    }
    survey.answers.push_back(nobody(Source::partitions));
}

/// The uses of a disk as a whole, which are uses of each of its partitions. Its writers are found
/// by the scan.
Answer use_as_a_whole(const Identity& disk, const KernelView& view) {
    Answer all = nobody(Source::whole_disk);
    for (Answer& one : find_claims({disk}, view)) {
        if (one.seen == Seen::nobody) continue;
        if (all.seen != Seen::somebody) all.seen = one.seen;
        if (one.seen == Seen::not_inspected) all.why = one.why;
        std::move(one.claims.begin(), one.claims.end(), std::back_inserter(all.claims));
    }
    return all;
}

constexpr Source tables[] = {Source::whole_disk, Source::mounts, Source::swaps,
                             Source::stacked_devices, Source::loop_devices};

}  // namespace

Survey survey_device(const std::filesystem::path& device, const SurveyOptions& options,
                     const KernelView& view) {
    Survey survey{.device = identify_device(device)};
    if (!survey.device.identity) return survey;
    const Identity& whole = *survey.device.identity;
    survey.kind = kind_of(whole);
    if (whole.is_block_device) add_relatives(survey, view);
    if (!options.claims) {
        for (const Source source : tables) {
            survey.answers.push_back(
                not_applicable(source, "excluded by check_device_kernel_claims"));
        }
        return survey;
    }
    std::vector<Identity> parts{whole};
    if (options.partitions) {
        parts.insert(parts.end(), survey.partitions.begin(), survey.partitions.end());
    }
    std::vector<Answer> claims = find_claims(parts, view);
    std::move(claims.begin(), claims.end(), std::back_inserter(survey.answers));
    if (survey.whole_disk) survey.answers.push_back(use_as_a_whole(*survey.whole_disk, view));
    return survey;
}

}  // namespace loopingcall::device::detail
