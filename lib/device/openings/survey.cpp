#include "survey.hpp"

#include <sys/stat.h>

#include <iterator>
#include <utility>

#include "device/kernel/block_device.hpp"
#include "device/mounts/mount_users.hpp"
#include "openings.hpp"

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
            return identity.is_mount_point ? ObjectKind::mounted_file_system
                                           : ObjectKind::directory;
        case S_IFBLK:
            return ObjectKind::whole_disk;
        default:
            return ObjectKind::other;
    }
}

/// A disk and its partitions, as sysfs shows them.
void add_relatives(Survey& survey, const KernelView& view) {
    const dev_t number = survey.device.identity->number;
    std::string problem = problem_with_sysfs(view);
    if (problem.empty() && !is_shown(number, view.sysfs)) {
        problem = "the kernel shows no block device " + to_text(number);
    }
    if (!problem.empty()) {
        survey.answers.push_back(not_inspected(Source::partitions, std::move(problem)));
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

void append(std::vector<Answer>& all, std::vector<Answer> more) {
    std::move(more.begin(), more.end(), std::back_inserter(all));
}

/// The uses of a disk as a whole, which are uses of each of its partitions. Its writers are found
/// by the scan.
Answer use_as_a_whole(const Identity& disk, const KernelTables& tables) {
    std::vector<Unplaced> none;
    UsedFileSystem used;
    Answer all = nobody(Source::whole_disk);
    for (Answer& one : tables.ask(disk, none, used)) {
        if (one.seen == Seen::nobody) continue;
        if (all.seen != Seen::somebody) all.seen = one.seen;
        if (one.seen == Seen::not_inspected) all.why = one.why;
        std::move(one.claims.begin(), one.claims.end(), std::back_inserter(all.claims));
    }
    return all;
}

/// Whether anything shows that a partition of the disk is claimed, which the disk cannot be then.
bool is_claimed(const Identity& partition, const KernelTables& tables, const KernelView& view) {
    std::vector<Unplaced> none;
    UsedFileSystem used;
    for (const Answer& one : tables.ask(partition, none, used)) {
        // A loop device over it claims nothing.
        if (one.seen == Seen::somebody && one.source != Source::loop_devices) return true;
    }
    return has_active_file_system(name_of(partition.number, view.sysfs), view);
}

/// The kernel itself keeps what is behind a loop device open.
bool has_no_loop_device(const Survey& survey) {
    if (survey.kind == ObjectKind::regular_file) return is_open_nowhere(*survey.device.identity);
    return !survey.device.identity->is_block_device;
}

void ask_tables(Survey& survey, const SurveyOptions& options, LoopCache& loops,
                const KernelView& view) {
    const KernelTables tables(view, loops, [&] { return has_no_loop_device(survey); });
    const auto ask = [&](const Identity& part) {
        UsedFileSystem used;
        append(survey.answers, tables.ask(part, survey.unplaced, used));
        if (part.is_block_device) survey.file_systems.push_back(std::move(used));
    };
    ask(*survey.device.identity);
    for (const Identity& partition : survey.partitions) {
        if (options.partitions) {
            ask(partition);
        } else if (is_claimed(partition, tables, view)) {
            survey.partition_is_claimed = true;
        }
    }
    if (survey.whole_disk) survey.answers.push_back(use_as_a_whole(*survey.whole_disk, tables));
}

/// Programs that list processes know file systems, and not mounts.
void add_mount(Survey& survey, const SurveyOptions& options, LoopCache& loops,
               const KernelView& view) {
    const Identity& mount = *survey.device.identity;
    survey.file_systems.push_back({.part = mount, .mounts = mounts_removed_with(mount, view)});
    if (options.claims) append(survey.answers, ask_about_mount(mount, view, loops));
}

constexpr Source tables[] = {Source::whole_disk,      Source::mounts,       Source::swaps,
                             Source::stacked_devices, Source::loop_devices, Source::file_systems,
                             Source::exclusive_open,  Source::umount,       Source::lease};

}  // namespace

Survey survey_device(const std::filesystem::path& device, const SurveyOptions& options,
                     LoopCache& loops, const KernelView& view) {
    Survey survey{.device = identify_device(device)};
    if (!survey.device.identity) return survey;
    survey.kind = kind_of(*survey.device.identity);
    if (survey.device.identity->is_block_device) add_relatives(survey, view);
    if (survey.kind == ObjectKind::mounted_file_system) {
        add_mount(survey, options, loops, view);
    } else if (options.claims) {
        ask_tables(survey, options, loops, view);
    }
    if (options.claims) return survey;
    for (const Source source : tables) {
        survey.answers.push_back(not_applicable(source, "excluded by check_device_kernel_claims"));
    }
    return survey;
}

}  // namespace loopingcall::device::detail
