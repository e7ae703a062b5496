#include "resolve.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "names.hpp"
#include "template.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t longest = 1UL << 20U;

struct Problem {
    std::string code;
    std::string message;
};

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
            const std::string other = name.substr(0, dot);
            const auto found = index_.find_exactly(other, name.substr(dot + 1));
            if (found && other != "DEFAULT") return {.option = found};
            const std::string hint =
                found ? "; write $" + name.substr(dot + 1) + " for one of DEFAULT" : "";
            return {.problem = {"subst_no_such_option",
                                "refers to " + name + ", and there is no such option" + hint}};
        }
        auto found = index_.find_exactly(group, name);
        if (!found) found = index_.find_exactly("DEFAULT", name);
        if (found) return {.option = found};
        if (index_.has_group(name)) {
            return {.problem = {
                        "subst_group",
                        "refers to " + name + ", which is a group; write ${" + name + ".option}"}};
        }
        return {.problem = {"subst_no_such_option",
                            "refers to " + name + ", and there is no such option in [" + group +
                                "] or [DEFAULT]; write $$ for a dollar sign"}};
    }

    [[nodiscard]] Problem cycle_to(std::size_t option) const {
        std::string path;
        auto frame = std::find_if(stack_.begin(), stack_.end(),
                                  [&](const Frame& one) { return one.option == option; });
        for (; frame != stack_.end(); ++frame) path += key_of(table_[frame->option]) + " -> ";
        return {"subst_recursion", "refers to itself: " + path + key_of(table_[option])};
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
        return {problem.code, "refers to " + key_of(table_[other]) + ", which has no proper value"};
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

    /// oslo takes an empty number for none at all, which is told of one that is required.
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
        return {std::move(parsed.code), shown + " is not accepted: expected " + parsed.expected};
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
        result_.diagnostics.push_back({.location = origin.location,
                                       .key = has_name ? origin.name : key_of(table_[option]),
                                       .code = std::move(problems_[option]->code),
                                       .message = std::move(problems_[option]->message)});
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
