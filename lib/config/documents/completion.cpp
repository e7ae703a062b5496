#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <loopingcall/config/completion.hpp>
#include <ostream>
#include <vector>

#include "config/options/flag_names.hpp"

namespace loopingcall::config {

namespace {

using boost::algorithm::join;
using detail::FlagNames;

constexpr const char* file_place = "PATH";
constexpr const char* directory_place = "DIR";

/// The flags whose values have such a place, as the pattern of a case.
std::string pattern_of(const std::vector<FlagNames>& flags, const std::string& place) {
    std::vector<std::string> names;
    for (const FlagNames& flag : flags) {
        if (flag.place == place) names.push_back(join(flag.all(), "|"));
    }
    return join(names, "|");
}

/// What completes the word after a flag.
void write_bash_values(const std::vector<FlagNames>& flags, std::ostream& stream) {
    const auto write = [&](const std::string& pattern, const std::string& action) {
        if (!pattern.empty()) stream << "        " << pattern << ")\n" << action << "return ;;\n";
    };
    std::vector<std::string> others;
    for (const FlagNames& flag : flags) {
        const std::string names = join(flag.all(), "|");
        if (!flag.choices().empty()) {
            write(names, "            mapfile -t COMPREPLY < <(compgen -W '" +
                             join(flag.choices(), " ") + "' -- \"$word\")\n            ");
        } else if (!flag.place.empty() && flag.place != file_place &&
                   flag.place != directory_place) {
            others.push_back(names);
        }
    }
    write(pattern_of(flags, file_place),
          "            mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n            ");
    write(pattern_of(flags, directory_place),
          "            mapfile -t COMPREPLY < <(compgen -d -- \"$word\")\n            ");
    write(join(others, "|"), "            ");
}

/// In single quotes, with what _arguments would take for its own.
std::string zsh_text(std::string text) {
    boost::replace_all(text, "'", "'\\''");
    boost::replace_all(text, "[", "\\[");
    boost::replace_all(text, "]", "\\]");
    boost::replace_all(text, ":", "\\:");
    return text;
}

std::string zsh_action(const FlagNames& flag) {
    if (flag.place.empty()) return {};
    if (!flag.choices().empty()) return ":value:(" + join(flag.choices(), " ") + ")";
    if (flag.place == file_place) return ":file:_files";
    if (flag.place == directory_place) return ":directory:_files -/";
    return ':' + flag.place + ": ";
}

}  // namespace

void write_bash_completion(const std::string& program,
                           const boost::program_options::options_description& described,
                           std::ostream& stream) {
    const auto flags = detail::flag_names(described);
    std::vector<std::string> names;
    for (const FlagNames& flag : flags) names.push_back(flag.long_form);
    stream << "# bash completion for " << program << "\n\n_" << program
           << "() {\n"
              "    local word=${COMP_WORDS[COMP_CWORD]} index\n"
              "    COMPREPLY=()\n"
              "    for ((index = 1; index < COMP_CWORD; ++index)); do\n"
              "        [[ ${COMP_WORDS[index]} == -- ]] || continue\n"
              "        if declare -F _command_offset >/dev/null; then\n"
              "            _command_offset $((index + 1))\n"
              "        else\n"
              "            mapfile -t COMPREPLY < <(compgen -A command -A file -- \"$word\")\n"
              "        fi\n"
              "        return\n"
              "    done\n"
              "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n";
    write_bash_values(flags, stream);
    stream << "    esac\n"
              "    if [[ $word == -* ]]; then\n"
              "        mapfile -t COMPREPLY < <(compgen -W '"
           << join(names, " ")
           << "' -- \"$word\")\n"
              "    else\n"
              "        mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
              "    fi\n"
              "}\n"
              "complete -o filenames -F _"
           << program << ' ' << program << '\n';
}

void write_zsh_completion(const std::string& program,
                          const boost::program_options::options_description& described,
                          std::ostream& stream) {
    stream << "#compdef " << program
           << "\n\n"
              "local dashes=${words[(i)--]}\n"
              "if (( dashes < CURRENT )); then\n"
              "    shift dashes words\n"
              "    (( CURRENT -= dashes ))\n"
              "    _normal\n"
              "    return\n"
              "fi\n"
              "_arguments -s -S \\\n";
    for (const FlagNames& flag : detail::flag_names(described)) {
        const bool repeats = flag.place == file_place || flag.place == directory_place;
        const std::string all = join(flag.all(), " ");
        const std::string before = repeats ? "'*'" : "'(" + all + ")'";
        const std::string names =
            flag.short_form.empty() ? flag.long_form : '{' + join(flag.all(), ",") + '}';
        stream << "    " << before << names << "'[" << zsh_text(flag.help) << ']'
               << zsh_action(flag) << "' \\\n";
    }
    stream << "    '*:file:_files'\n";
}

}  // namespace loopingcall::config
