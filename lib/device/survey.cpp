#include "survey.hpp"

#include "block_device.hpp"

namespace loopingcall::device::detail {

Survey survey_device(const std::filesystem::path& device, const SurveyOptions& options,
                     const KernelView& view) {
    Survey survey{.device = identify_device(device)};
    if (!survey.device.identity) return survey;
    const Identity& whole = *survey.device.identity;
    if (whole.is_block_device) {
        for (const BlockDevice& one : partitions_of(whole.number, view.sysfs)) {
            survey.partitions.push_back(
                {.path = one.node, .is_block_device = true, .number = one.number});
        }
    }
    if (!options.claims) return survey;
    std::vector<Identity> parts{whole};
    if (options.partitions) {
        parts.insert(parts.end(), survey.partitions.begin(), survey.partitions.end());
    }
    survey.claims = find_claims(parts, view);
    return survey;
}

}  // namespace loopingcall::device::detail
