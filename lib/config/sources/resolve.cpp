#include "resolve.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "config/names.hpp"
#include "config/template.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t longest = 1UL << 20U;

constexpr const char* needs_own_line = "a comment needs a line of its own";

struct Problem {
    std::string code;
    std::string message;
    /// What the message says of a secret instead: a name behind a $ is a part of its value.
    std::string secretive_message = {};
};

constexpr const char* no_reference =
    "its value has a dollar sign that no option name follows; write $$ for a dollar sign";
constexpr const char* bad_reference = "its value refers to an option that has no proper value";

/// What a reference leads to: an option, or why to none.
struct Target {
    std::optional<std::size_t> option = {};
    Problem problem = {};
};

bool is_number(const OptionType& type) {
    return std::holds_alternative<IntegerType>(type) || std::holds_alternative<FloatType>(type) ||
           std::holds_alternative<PortType>(type);
}

/// Without recursion: a chain of references may be as long as the table.
class Resolver {
  public:
    Resolver(const OptionTable& table, const OptionIndex& index, std::vector<Candidate> candidates)
        : table_(table),
          index_(index),
          candidates_(std::move(candidates)),
          states_(table.size(), State::untouched),
          problems_(table.size()) {
        result_.settings.resize(table.size());
    }

    Resolved resolve() {
        for (std::size_t i = 0; i < table_.size(); ++i) {
            if (states_[i] == State::untouched) resolve_with_others(i);
        }
        for (std::size_t i = 0; i < table_.size(); ++i) {
            if (problems_[i]) report(i);
        }
        return std::move(result_);
    }

  private:
    enum class State : unsigned char { untouched, open, done };

    struct Frame {
        std::size_t option;
        std::vector<std::vector<Piece>> texts = {};
        std::vector<std::size_t> needed = {};  // options that it refers to, the next one last
    };

    void resolve_with_others(std::size_t first) {
        open(first);
        while (!stack_.empty()) {
            Frame& frame = stack_.back();
            if (frame.needed.empty()) {
                close(frame);
                stack_.pop_back();
                continue;
            }
            const std::size_t next = frame.needed.back();
            frame.needed.pop_back();
            if (states_[next] == State::open) problems_[frame.option] = cycle_to(next);
            if (states_[next] == State::untouched) open(next);
        }
    }

    void open(std::size_t option) {
        states_[option] = State::open;
        Frame frame{.option = option};
        for (const std::string& text : candidates_[option].texts) {
            frame.texts.push_back(split_template(text));
            for (const Piece& piece : frame.texts.back()) {
                if (!piece.is_reference) continue;
                Target target = find(table_[option].group, piece.text);
                if (target.option)
                    frame.needed.push_back(*target.option);
                else
                    problems_[option] = std::move(target.problem);
            }
        }
        std::reverse(frame.needed.begin(), frame.needed.end());
        stack_.push_back(std::move(frame));
    }

    /// oslo's order: the option of the same group, that of DEFAULT; with a dot, that of the group.
    [[nodiscard]] Target find(const std::string& group, const std::string& name) const {
        const std::size_t dot = name.find('.');
        if (dot != std::string::npos) {
            return find_in_group(group, name.substr(0, dot), name.substr(dot + 1));
        }
        const auto found = find_unqualified(group, name);
        if (found) return {.option = found};
        if (index_.has_group(name)) {
            return no_target("subst_group", "refers to " + name + ", which is a group; write ${" +
                                                name + ".option}");
        }
        return no_target("subst_no_such_option", "refers to " + name +
                                                     ", and there is no such option in [" + group +
                                                     "] or [DEFAULT]; write $$ for a dollar sign");
    }

    /// A dot is part of a name: `$host.x` asks for the option x of a group host. oslo has no group
    /// of the name DEFAULT.
    [[nodiscard]] Target find_in_group(const std::string& from, const std::string& group,
                                       const std::string& name) const {
        const auto found = index_.find_exactly(group, name);
        const std::string refers = "refers to " + group + '.' + name;
        if (group == "DEFAULT") {
            const std::string way_out = found ? "; write $" + name + " for one of DEFAULT" : "";
            return no_target("subst_no_such_group",
                             refers + ", and there is no such option" + way_out);
        }
        if (found) return {.option = found};
        if (index_.has_group_exactly(group)) {
            return no_target("subst_no_such_option", refers + ", and there is no such option");
        }
        const std::string way_out =
            find_unqualified(from, group)
                ? "write ${" + group + "}." + name + " for the option " + group
                : std::string("write $$ for a dollar sign");
        return no_target("subst_no_such_group",
                         refers + ": no such group [" + group + "]; " + way_out);
    }

    [[nodiscard]] std::optional<std::size_t> find_unqualified(const std::string& group,
                                                              const std::string& name) const {
        const auto found = index_.find_exactly(group, name);
        return found ? found : index_.find_exactly("DEFAULT", name);
    }

    static Target no_target(std::string code, std::string message) {
        return {.problem = {std::move(code), std::move(message), no_reference}};
    }

    [[nodiscard]] Problem cycle_to(std::size_t option) const {
        std::string path;
        auto frame = std::find_if(stack_.begin(), stack_.end(),
                                  [&](const Frame& one) { return one.option == option; });
        bool has_secret = false;
        for (; frame != stack_.end(); ++frame) {
            path += key_of(table_[frame->option]) + " -> ";
            has_secret = has_secret || table_[frame->option].secret;
        }
        const std::string message = "refers to itself";
        if (has_secret) return {"subst_recursion", message + ", by way of a secret"};
        return {"subst_recursion", message + ": " + path + key_of(table_[option])};
    }

    void close(const Frame& frame) {
        const std::size_t option = frame.option;
        states_[option] = State::done;
        Candidate& candidate = candidates_[option];
        Setting& setting = result_.settings[option];
        setting.secret = table_[option].secret;
        std::vector<std::string> texts;
        std::size_t room = longest;
        for (const auto& pieces : frame.texts) {
            texts.push_back(joined(option, pieces, setting, room));
        }
        if (!problems_[option]) read(option, texts, setting);
        if (problems_[option]) return fall_back(option, setting);
        setting.origin = std::move(candidate.origin);
        setting.overridden = std::move(candidate.overridden);
        warn_of_comment(option, candidate.texts, candidate.is_quoted);
    }

    /// @param room  how much may be put in by references.
    std::string joined(std::size_t option, const std::vector<Piece>& pieces, Setting& setting,
                       std::size_t& room) {
        std::string text;
        for (const Piece& piece : pieces) {
            if (problems_[option]) return {};
            if (!piece.is_reference) {
                text += piece.text;
                continue;
            }
            const std::size_t other = *find(table_[option].group, piece.text).option;
            if (problems_[other]) {
                problems_[option] = inherited(*problems_[other], other);
                return {};
            }
            setting.secret = setting.secret || result_.settings[other].secret;
            const std::string value = shown(other);
            if (value.size() > room) {
                problems_[option] = {"subst_too_long",
                                     "becomes more than 1 MiB longer by what it refers to"};
                return {};
            }
            room -= value.size();
            text += value;
        }
        return text;
    }

    [[nodiscard]] Problem inherited(const Problem& problem, std::size_t other) const {
        if (problem.code == "subst_recursion") return problem;
        return {problem.code, "refers to " + key_of(table_[other]) + ", which has no proper value",
                bad_reference};
    }

    /// The value of another option, as it is put into a text.
    [[nodiscard]] std::string shown(std::size_t other) const {
        std::string text;
        for (const std::string& part :
             to_texts(table_[other].type, result_.settings[other].value)) {
            text += (text.empty() ? "" : ",") + part;
        }
        return text;
    }

    void read(std::size_t option, const std::vector<std::string>& texts, Setting& setting) {
        const bool several = std::holds_alternative<MultiType>(table_[option].type);
        Items items;
        for (const std::string& text : texts) {
            ParsedValue parsed = parse_value(table_[option].type, text);
            if (!parsed.code.empty()) {
                problems_[option] = refusal(option, text, std::move(parsed), setting.secret);
                return;
            }
            if (several)
                items.push_back(to_item(std::move(parsed.value)));
            else
                setting.value = std::move(parsed.value);
        }
        if (several && !texts.empty()) setting.value = std::move(items);
        const bool is_missing = texts.empty() && table_[option].required;
        if (is_missing) problems_[option] = missing(table_[option]);
    }

    /// oslo takes an empty number for no value, which is a problem if the option is required.
    [[nodiscard]] Problem refusal(std::size_t option, const std::string& text, ParsedValue parsed,
                                  bool secret) const {
        if (text.empty() && table_[option].required && is_number(table_[option].type)) {
            return missing(table_[option]);
        }
        constexpr std::size_t longest_shown = 200;
        const bool is_long = text.size() > longest_shown;
        const std::string shown =
            secret ? std::string("its value")
                   : '"' + text.substr(0, longest_shown) + (is_long ? "..." : "") + '"';
        const bool has_comment = !secret && may_have_comment(candidates_[option], "#;");
        return {std::move(parsed.code),
                shown + ' ' + parsed.fault + ": expected " + parsed.expected +
                    (has_comment ? std::string("; ") + needs_own_line : std::string())};
    }

    /// Whether one of the marks may begin a comment, by what the user thought.
    static bool may_have_comment(const Candidate& candidate, const char* marks) {
        if (candidate.origin.source != Source::file || candidate.is_quoted) return false;
        return std::any_of(candidate.texts.begin(), candidate.texts.end(),
                           [&](const std::string& text) {
                               return text.find_first_of(marks) != std::string::npos;
                           });
    }

    /// In a text, # is legal. It is hardly meant if a blank stands before it.
    void warn_of_comment(std::size_t option, const std::vector<std::string>& texts,
                         bool is_quoted) {
        const Setting& setting = result_.settings[option];
        if (is_quoted || setting.secret || setting.origin.source != Source::file) return;
        const bool has_comment =
            std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
                return text.find(" #") != std::string::npos ||
                       text.find("\t#") != std::string::npos;
            });
        if (!has_comment) return;
        result_.diagnostics.push_back(
            {.severity = Severity::warning,
             .location = setting.origin.location,
             .key = setting.origin.name,
             .code = "suspicious_comment",
             .message = std::string("what follows # is part of the value; ") + needs_own_line +
                        ", and quotes around the value say that it is meant"});
    }

    static Problem missing(const Option& option) {
        const std::string flag = option.cli ? ", by --" + flag_of(option) : "";
        return {"required_missing", "needs a value: in a file, below [" + option.group + "]" +
                                        flag + " or by " + variable_of(option)};
    }

    void fall_back(std::size_t option, Setting& setting) const {
        setting.origin = {};
        if (has_references(table_[option].default_value)) return;
        setting.value = default_of(table_[option]);
        if (!std::holds_alternative<std::monostate>(setting.value)) {
            setting.origin.source = Source::default_value;
        }
    }

    void report(std::size_t option) {
        const Origin& origin = candidates_[option].origin;
        const bool has_name = !origin.name.empty();
        Problem& problem = *problems_[option];
        const bool is_hidden = table_[option].secret && !problem.secretive_message.empty();
        result_.diagnostics.push_back(
            {.location = origin.location,
             .key = has_name ? origin.name : key_of(table_[option]),
             .code = std::move(problem.code),
             .message = std::move(is_hidden ? problem.secretive_message : problem.message)});
    }

    const OptionTable& table_;
    const OptionIndex& index_;
    std::vector<Candidate> candidates_;
    std::vector<State> states_;
    std::vector<std::optional<Problem>> problems_;
    std::vector<Frame> stack_;
    Resolved result_;
};

}  // namespace

Resolved resolve(const OptionTable& table, const OptionIndex& index,
                 std::vector<Candidate> candidates) {
    return Resolver(table, index, std::move(candidates)).resolve();
}

}  // namespace loopingcall::config::detail
