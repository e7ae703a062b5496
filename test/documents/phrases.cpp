#include "documents/phrases.hpp"

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/regex.hpp>
#include <cctype>
#include <iterator>

namespace test {

namespace {

struct Banned {
    const char* pattern;  ///< a blank matches any white space
    const char* instead;
};

/// The left column of the project's guide to prose. A phrase in `ticks` is code, and a word before
/// a colon may be a name in an output: `somebody: held by 7`.
constexpr Banned list[] = {
    {R"(\b(told|tells)\b)", "is reported, receives; reports, prints, shows, distinguishes"},
    {R"(\btell (of|from|who|what|how|why|whether|each|nobody)\b)", "report, print, list, warn"},
    {R"(\b(cannot|could not|to) (tell|be told)\b)", "is unknown, cannot find out"},
    {R"(\b(the )?exit (code|status) tells\b)", "the exit status shows the result"},
    {R"(\bnone such\b)", "it was not found; there is no ..."},
    {R"((?<!there\x20)(?<!There\x20)\b(is|are) no (?!longer|more)[a-z])", "say what it is"},
    {R"(\b[Ww]ho(ever)? (is|are|may|has|have|asks|looks|throws?|partitions?|opens|waits|does|cannot)\b)",
     "name who acts"},
    {R"(\b(what|What) (cannot|could not) be\b)", "name what it is"},
    {R"(\b[Ww]hether what\b)", "name what it is"},
    {R"(\bso (is|are|does|do) (who|whoever|it)\b)", "repeat the verb"},
    {R"(\beach for (itself|themselves)\b|\bfor want of\b)", "independently, run out of"},
    {R"(\b(do|does|done) without\b)", "continue without, fall back to"},
    {R"(\bbeats? (the|every|an|it|all|any|earlier)\b)", "override"},
    {R"(\bbeaten\b)", "overridden"},
    {R"(\bto be had\b|\bbe had\b)", "available"},
    {R"(\bas (it|they|all) (was|were)\b|\b(all|it|them) as (it|they) (was|were)\b)",
     "unchanged, stays"},
    {R"((?<![*"`])\b([Ss]ome|[Nn]o)body\b(?![*"`:]))", "name who: a process, another thread"},
    {R"(\b[Ww]hoever\b|\b([Aa]ny|[Ee]very)body\b)", "name who: a process, a caller"},
    {R"(\b(one|those|all|others|many) who\b)", "name who: a process, a caller"},
    {R"(\banew\b)", "again"},
    {R"(\b(left|leaves?) to (itself|themselves)\b)", "abandoned"},
    {R"(\bc(ome|omes|ame) to\b)", "the result of, how it ended"},
    {R"(\b[Ll]ook(s|ed|ing)? (into|through)\b)", "inspect, read, scan"},
    {R"(\b(is|are|was|were|been|be) looked (at|for)\b)", "is checked, inspected, searched for"},
    {R"(\bverdicts?\b)", "state"},
    {R"(\bexclusive openings?\b)", "exclusive open"},
    {R"(\b(is|are|be) asked (which|who|what|about)\b)", "find, check"},
    {R"(\bask(s|ed)? (which|who) \b)", "find, check"},
    {R"(\bnever look alike\b)", "are distinct"},
    {R"(\bmay take\b)", "timeout of"},
    {R"(\bin silence\b|\bno proof\b|\bno matter\b)", "say what it does"},
    {R"(\bpoints (that|which) pass|\bpoints? of the grid\b)", "missed ticks, tick"},
    {R"(\bat the latest whether\b|\bof one's own\b)", "its own"},
    {R"(\bmade (again|as root) by them\b)", "retried"},
    {R"(\b[Hh]ow (many|often) (checks|calls|attempts|times) (are|is|may be) made\b)",
     "maximum number of checks"},
    {R"(\bdoes not die\b|\bwould wait for its own\b)", "is still there, could wait for itself"},
    {R"(\b(what|which) is accepted\b)", "name it"},
    {R"(\b[Nn]ot being allowed\b|\b[Cc]ounterparts? of: )", "name who acts"},
    {R"(\bthere are none\b|\bthose who\b)", "name what it is"},
    {R"(\bout of its turn\b|\ball of it together\b|\bhas not said\b)", "say what it does"},
};

std::size_t line_at(const std::string& text, std::ptrdiff_t place) {
    return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + place, '\n'));
}

/// Which part of C++ a character belongs to.
enum class Part : unsigned char { code, comment, literal };

/// A reader of C++ that knows comments, strings, raw strings and characters, and no more.
class Reader {
  public:
    explicit Reader(const std::string& source) : source_(source) {}

    /// What belongs to `wanted`, each line in its place. Other text of a line becomes one bar, or
    /// one blank: most of a source is such text, and each phrase is searched for in all that is
    /// left.
    std::string only(Part wanted) {
        std::string kept;
        while (at_ < source_.size()) {
            const Part part = next();
            for (; begin_ < at_; ++begin_) {
                const char letter = source_[begin_];
                if (letter == '\n' || part == wanted) {
                    kept += letter;
                } else {
                    leave_out(letter, kept);
                }
            }
        }
        return kept;
    }

  private:
    static void leave_out(char letter, std::string& kept) {
        const char last = kept.empty() ? '\n' : kept.back();
        if (last == '|') return;
        const bool is_blank = std::isspace(static_cast<unsigned char>(letter)) != 0;
        if (!is_blank) {
            kept += '|';
        } else if (last != ' ') {
            kept += ' ';
        }
    }

    bool here(const char* text) const {
        return source_.compare(at_, std::char_traits<char>::length(text), text) == 0;
    }

    void skip_to(const std::string& end, std::size_t from) {
        const std::size_t found = source_.find(end, from);
        at_ = found == std::string::npos ? source_.size() : found + end.size();
    }

    void skip_quoted(char quote) {
        for (++at_; at_ < source_.size() && source_[at_] != quote; ++at_) {
            if (source_[at_] == '\\') ++at_;
        }
        ++at_;
    }

    Part next() {
        begin_ = at_;
        if (here("//")) {
            const std::size_t end = source_.find('\n', at_);
            at_ = end == std::string::npos ? source_.size() : end;
            return Part::comment;
        }
        if (here("/*")) {
            skip_to("*/", at_ + 2);
            return Part::comment;
        }
        if (here("#include")) {
            skip_to("\n", at_);
            return Part::code;
        }
        if (here("R\"")) {
            const std::size_t open = source_.find('(', at_);
            skip_to(')' + source_.substr(at_ + 2, open - at_ - 2) + '"', open);
            return Part::literal;
        }
        const char letter = source_[at_];
        if (letter == '"') {
            skip_quoted('"');
            return Part::literal;
        }
        const bool follows_digit =
            at_ > 0 && std::isalnum(static_cast<unsigned char>(source_[at_ - 1])) != 0;
        if (letter == '\'' && !follows_digit) {
            skip_quoted('\'');
            return Part::code;
        }
        ++at_;
        return Part::code;
    }

    const std::string& source_;
    std::size_t begin_ = 0;
    std::size_t at_ = 0;
};

}  // namespace

std::vector<Hit> banned_phrases(const std::string& text) {
    static const std::vector<boost::regex> patterns = [] {
        std::vector<boost::regex> all;
        for (const Banned& banned : list) {
            all.emplace_back(boost::replace_all_copy(std::string(banned.pattern), " ", "\\s+"));
        }
        return all;
    }();
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < patterns.size(); ++i) {
        for (boost::sregex_iterator found(text.begin(), text.end(), patterns[i]), end; found != end;
             ++found) {
            hits.push_back({line_at(text, found->position()), found->str(), list[i].instead});
        }
    }
    return hits;
}

std::string comments_of(const std::string& source) {
    std::string comments = Reader(source).only(Part::comment);
    for (const char* const mark : {"///<", "///", "//"}) boost::replace_all(comments, mark, " ");
    return comments;
}

std::string test_names_of(const std::string& source) {
    static const boost::regex name(R"(BOOST_\w+_TEST_(?:CASE|SUITE)\(\s*(\w+))");
    std::string names;
    auto done = source.begin();
    const auto keep_lines = [&](auto end) {
        names.append(static_cast<std::size_t>(std::count(done, end, '\n')), '\n');
    };
    for (boost::sregex_iterator found(source.begin(), source.end(), name), end; found != end;
         ++found) {
        const auto& match = (*found)[1];
        keep_lines(match.first);
        std::replace_copy(match.first, match.second, std::back_inserter(names), '_', ' ');
        done = match.second;
    }
    keep_lines(source.end());
    // Some phrases go over blanks: a bar keeps one name from the next.
    return boost::regex_replace(names, boost::regex(R"((?<=\w)(?= *\n))"), "|");
}

std::string literals_of(const std::string& source) {
    std::string literals = Reader(source).only(Part::literal);
    static const boost::regex name(R"("[\w.]*")");  // such as an enumerator's: not a message
    literals = boost::regex_replace(literals, name, "|");
    boost::replace_all(literals, "\"", " ");
    boost::replace_all(literals, "\\n", " ");
    return literals;
}

}  // namespace test
