#include "shell_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace diskwait {

namespace {

bool is_keyword(const std::string& word) {
    constexpr std::array<std::string_view, 13> keywords{
        "if", "then", "else", "elif", "fi", "while", "until", "do", "done", "!", "{", "}", "time"};
    return std::find(keywords.begin(), keywords.end(), word) != keywords.end();
}

class Splitter {
  public:
    explicit Splitter(const std::string& script) : script_(script) {}

    std::vector<std::vector<std::string>> split() {
        for (at_ = 0; at_ < script_.size(); ++at_) take(script_[at_]);
        end_command();
        return std::move(commands_);
    }

  private:
    void take(char character) {
        switch (character) {
            case '\'':
            case '"':
                return take_quoted(character);
            case '\\':
                if (++at_ < script_.size()) add(script_[at_]);
                return;
            case ' ':
            case '\t':
                return end_word();
            case '#':
                if (in_word_) return add(character);
                at_ = std::min(script_.find('\n', at_), script_.size()) - 1;
                return;
            case '\n':
            case ';':
            case '&':
            case '|':
            case '(':
            case ')':
            case '`':
                return end_command();
            case '$':
                if (at_ + 1 < script_.size() && script_[at_ + 1] == '(') return end_command();
                return add(character);
            default:
                return add(character);
        }
    }

    void take_quoted(char quote) {
        in_word_ = true;
        const std::size_t end = std::min(script_.find(quote, at_ + 1), script_.size());
        const std::string text = script_.substr(at_ + 1, end - at_ - 1);
        word_ += text;
        // What is substituted in double quotes is a command, too.
        const std::size_t substitution = quote == '"' ? text.find("$(") : std::string::npos;
        if (substitution != std::string::npos) {
            for (auto& one : simple_commands(text.substr(substitution + 2))) {
                commands_.push_back(std::move(one));
            }
        }
        at_ = end;
    }

    void add(char character) {
        word_ += character;
        in_word_ = true;
    }

    void end_word() {
        if (!std::exchange(in_word_, false)) return;
        const bool begins = command_.empty() && is_keyword(word_);
        if (!begins) command_.push_back(word_);
        word_.clear();
    }

    void end_command() {
        end_word();
        if (!command_.empty()) commands_.push_back(std::move(command_));
        command_.clear();
    }

    const std::string& script_;
    std::size_t at_ = 0;
    std::string word_{};
    bool in_word_ = false;
    std::vector<std::string> command_{};
    std::vector<std::vector<std::string>> commands_{};
};

}  // namespace

std::vector<std::vector<std::string>> simple_commands(const std::string& script) {
    return Splitter(script).split();
}

}  // namespace diskwait
