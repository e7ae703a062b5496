#include "flag_names.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/program_options/cmdline.hpp>
#include <boost/program_options/value_semantic.hpp>

namespace loopingcall::config::detail {

namespace po = boost::program_options;

std::vector<std::string> FlagNames::all() const {
    return short_form.empty() ? std::vector{long_form} : std::vector{short_form, long_form};
}

std::vector<std::string> FlagNames::choices() const {
    std::vector<std::string> words;
    if (place.find('|') != std::string::npos) boost::split(words, place, boost::is_any_of("|"));
    return words;
}

std::vector<FlagNames> flag_names(const po::options_description& flags) {
    constexpr int allow_dash_for_short = po::command_line_style::allow_dash_for_short;
    std::vector<FlagNames> names;
    for (const auto& flag : flags.options()) {
        const std::string first = flag->canonical_display_name(allow_dash_for_short);
        const bool takes_value = flag->semantic()->max_tokens() > 0;
        names.push_back({.long_form = "--" + flag->long_name(),
                         .short_form = first.starts_with('-') ? first : std::string(),
                         .place = takes_value ? flag->semantic()->name() : std::string(),
                         .help = flag->description()});
    }
    return names;
}

}  // namespace loopingcall::config::detail
