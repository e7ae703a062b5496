#include "tree_text.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdlib>
#include <cstring>
#include <loopingcall/device/printable.hpp>
#include <vector>

#include "terminal/utf8_text.hpp"

namespace diskwait {

namespace {

namespace device = loopingcall::device;
using device::printable;
using device::Use;
using device::UseKind;

constexpr std::size_t most_processes = 10;

struct Lines {
    const char* branch;
    const char* last;
    const char* bar;
};
constexpr Lines utf8_lines{"├─", "└─", "│ "};
constexpr Lines ascii_lines{"|-", "`-", "| "};

/// For a terminal that shows ASCII alone.
std::string in_ascii(const std::string& text) {
    std::string ascii;
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x80) {
            ascii += character;
            continue;
        }
        constexpr const char* digits = "0123456789abcdef";
        ascii += std::string("\\x") + digits[byte >> 4U] + digits[byte & 15U];
    }
    return ascii;
}

std::string access_of(const device::Holder& process) {
    std::string text;
    for (const std::string& access : process.access) text += (text.empty() ? "" : ",") + access;
    return text;
}

/// The words of a line, each to be kept together.
std::vector<std::string> words_of_process(const Use& use) {
    const device::Holder& process = *use.process;
    std::vector<std::string> words{std::to_string(process.pid),
                                   process.command.empty() ? "ended" : printable(process.command)};
    if (!process.user.empty()) words.push_back('(' + printable(process.user) + ')');
    if (!process.access.empty()) words.push_back(printable(access_of(process)));
    if (!process.unit.empty()) words.push_back("unit " + printable(process.unit));
    if (!process.container.empty()) words.push_back("container " + printable(process.container));
    return words;
}

std::vector<std::string> words_of(const Use& use) {
    const std::string name = printable(use.name);
    const std::string detail = printable(use.detail);
    switch (use.kind) {
        case UseKind::process:
            if (use.process) return words_of_process(use);
            return {name};
        case UseKind::mount: {
            std::vector<std::string> words{name, "mounted"};
            if (!detail.empty()) words.push_back('(' + detail + ')');
            if (use.seen_by != 0) {
                words.push_back("in the mount namespace of process " + std::to_string(use.seen_by));
            }
            return words;
        }
        case UseKind::swap:
            return {name, "swap"};
        case UseKind::stacked: {
            std::vector<std::string> words{name};
            if (!use.maker.empty() && !name.starts_with(use.maker)) words.push_back(use.maker);
            if (!detail.empty() && detail != name) words.push_back(detail);
            return words;
        }
        case UseKind::loop:
            if (detail.empty()) return {name, "loop"};
            return {name, "loop", "over", detail};
        case UseKind::partition:
            return {name, "partition"};
        case UseKind::file:
        case UseKind::unseen:
            return {name};
        case UseKind::udev:
            return {"udev:", detail};
        case UseKind::lock:
            return {"locked by", detail};
        case UseKind::device:
            break;
    }
    if (detail.empty()) return {name};
    return {name, detail};
}

class Drawing {
  public:
    explicit Drawing(const TreeForm& form)
        : form_(form), lines_(form.utf8 ? utf8_lines : ascii_lines) {}

    std::string draw(const Use& root) {
        put(words_of(root), "", root.uses.empty() ? "  " : lines_.bar);
        draw_uses(root, "");
        return std::move(text_);
    }

  private:
    void draw_uses(const Use& use, const std::string& prefix) {
        std::vector<const Use*> shown;
        std::size_t processes = 0;
        for (const Use& one : use.uses) {
            const bool is_process = one.kind == UseKind::process;
            if (!is_process || ++processes <= most_processes) shown.push_back(&one);
        }
        const bool has_rest = processes > most_processes;
        for (const Use* const one : shown) {
            draw_one(words_of(*one), one, prefix, one == shown.back() && !has_rest);
        }
        if (!has_rest) return;
        const std::string rest = std::to_string(processes - most_processes);
        draw_one(
            {"and " + rest + " more", processes == most_processes + 1 ? "process" : "processes"},
            nullptr, prefix, true);
    }

    void draw_one(const std::vector<std::string>& words, const Use* use, const std::string& prefix,
                  bool is_last) {
        const std::string inner = prefix + (is_last ? "  " : lines_.bar);
        const bool is_parent = use != nullptr && !use->uses.empty();
        put(words, prefix + (is_last ? lines_.last : lines_.branch),
            inner + (is_parent ? lines_.bar : "  "));
        if (is_parent) draw_uses(*use, inner);
    }

    /// A word that has no room left in the line begins another one, and so does the rest of a word
    /// that is longer than a line.
    void put(const std::vector<std::string>& words, const std::string& first,
             const std::string& following) {
        std::string line = first;
        bool is_empty = true;
        for (const std::string& original : words) {
            std::string word = form_.utf8 ? original : in_ascii(original);
            if (!is_empty && !fits(line + ' ' + word)) {
                end(line);
                line = following;
                is_empty = true;
            }
            if (!is_empty) line += ' ';
            // Where the lines of the tree take all columns, a character has to do for each line.
            while (word.size() > 1 && !fits(line + word)) {
                const std::size_t taken = fitting_bytes(word, columns_left(line));
                end(line + word.substr(0, taken));
                word.erase(0, taken);
                line = following;
            }
            line += word;
            is_empty = false;
        }
        end(line);
    }

    [[nodiscard]] bool fits(const std::string& line) const {
        return form_.columns == 0 || terminal::columns_of(line) <= form_.columns;
    }

    [[nodiscard]] std::size_t columns_left(const std::string& line) const {
        const std::size_t used = terminal::columns_of(line);
        return used < form_.columns ? form_.columns - used : 0;
    }

    /// At least one character, so that the loop ends.
    static std::size_t fitting_bytes(const std::string& word, std::size_t columns) {
        std::size_t taken = 0;
        while (taken < word.size()) {
            std::size_t next = taken + 1;
            while (next < word.size() &&
                   (static_cast<unsigned char>(word[next]) & 0xC0U) == 0x80U) {
                ++next;
            }
            if (taken > 0 && terminal::columns_of(word.substr(0, next)) > columns) break;
            taken = next;
        }
        return taken;
    }

    void end(const std::string& line) { text_ += line + '\n'; }

    TreeForm form_;
    const Lines& lines_;
    std::string text_;
};

bool is_utf8_locale() {
    const locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
    if (!locale) return false;
    const bool is_utf8 = std::strcmp(::nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    ::freelocale(locale);
    return is_utf8;
}

std::size_t columns_of_environment() {
    const char* const columns = std::getenv("COLUMNS");
    if (columns == nullptr) return 0;
    char* end = nullptr;
    const long number = std::strtol(columns, &end, 10);
    return *end == '\0' && number > 0 ? static_cast<std::size_t>(number) : 0;
}

}  // namespace

TreeForm form_of_tree(int descriptor) {
    TreeForm form{.columns = columns_of_environment(), .utf8 = is_utf8_locale()};
    winsize size{};
    const bool is_terminal = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    if (is_terminal) form.columns = size.ws_col;
    return form;
}

std::string tree_text(const Use& root, const TreeForm& form) { return Drawing(form).draw(root); }

}  // namespace diskwait
