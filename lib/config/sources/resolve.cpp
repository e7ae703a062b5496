#include "resolve.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "config/names.hpp"
#include "config/template.hpp"
#include "read_value.hpp"
#include "reference.hpp"

namespace loopingcall::config::detail {

namespace {

constexpr std::size_t longest = 1UL << 20U;

constexpr const char* bad_reference = "its value refers to an option that has no proper value";

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
                Target target = find_target(index_, table_[option].group, piece.text);
                if (target.option)
                    frame.needed.push_back(*target.option);
                else
                    problems_[option] = std::move(target.problem);
            }
        }
        std::reverse(frame.needed.begin(), frame.needed.end());
        stack_.push_back(std::move(frame));
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
        if (!problems_[option]) {
            problems_[option] = read_value(table_[option], candidate, texts, setting);
        }
        if (problems_[option]) return fall_back(option, setting);
        if (auto warning = warning_of_comment(candidate, setting)) {
            result_.diagnostics.push_back(std::move(*warning));
        }
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
            const std::size_t other = *find_target(index_, table_[option].group, piece.text).option;
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
