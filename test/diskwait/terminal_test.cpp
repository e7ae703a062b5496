// The line of progress on a real terminal, of tmux.
#include <chrono>
#include <functional>
#include <sstream>

#include "program.hpp"
#include "terminal/utf8_text.hpp"

using namespace std::chrono_literals;

namespace {

/// A terminal of its own, in which a shell command runs, and which stays when that has ended.
class Terminal {
  public:
    Terminal(const test::Program& program, int columns, const std::string& command)
        : socket_(unused_name(program.scratch.path()).string()) {
        tmux({"-f", "/dev/null", "new-session", "-d", "-x", std::to_string(columns), "-y", "8",
              "/bin/sh -c '" + command + "; echo end; exec sleep 1000'"});
    }
    ~Terminal() { tmux({"kill-server"}); }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void resize(int columns) const {
        tmux({"resize-window", "-x", std::to_string(columns), "-y", "8"});
    }

    /// @param flags  `-e`: with escape sequences.
    [[nodiscard]] std::string screen(std::vector<std::string> flags = {}) const {
        flags.insert(flags.begin(), {"capture-pane", "-p"});
        return tmux(std::move(flags));
    }

    /// What is shown once that holds.
    [[nodiscard]] std::string screen_when(
        const std::function<bool(const std::string&)>& holds) const {
        const auto limit = std::chrono::steady_clock::now() + 30s;
        std::string shown = screen();
        while (!holds(shown) && std::chrono::steady_clock::now() < limit) shown = screen();
        BOOST_TEST(holds(shown), shown);
        return shown;
    }

  private:
    /// A server needs another moment to end.
    static std::filesystem::path unused_name(const std::filesystem::path& directory) {
        static int count = 0;
        return directory / ("tmux" + std::to_string(++count));
    }

    std::string tmux(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(),
                         {"/usr/bin/env", "LC_ALL=C.UTF-8", "tmux", "-u", "-S", socket_});
        return test::Program::run(std::move(arguments)).out;
    }

    std::string socket_;
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Not so in other text: the shell in which it runs has ended.
bool has_ended(const std::string& screen) { return contains(screen, "end\n"); }

std::size_t lines_with_text(const std::string& screen) {
    std::istringstream lines(screen);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line);) count += line.empty() ? 0 : 1;
    return count;
}

struct OnTerminal : test::Program {
    /// The files, of which the first is open.
    [[nodiscard]] std::string several(const std::string& arguments, int count) {
        std::string command = "cd \"" + scratch.path().string() + "\"; ";
        std::string names;
        for (int number = 1; number <= count; ++number) {
            const std::string name = "part" + std::to_string(number);
            (void)scratch.file(name);
            names += " " + name;
        }
        return command + "exec 9< part1; " TEST_DISKWAIT " --probe procfs " + arguments + names;
    }

    [[nodiscard]] std::string held(const std::filesystem::path& path,
                                   const std::string& arguments) const {
        return "exec 9< \"" + path.string() + "\"; cd \"" + scratch.path().string() +
               "\"; " TEST_DISKWAIT " --probe procfs " + arguments + " \"" +
               path.filename().string() + "\"";
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_a_terminal, OnTerminal)

BOOST_AUTO_TEST_CASE(one_line_is_rewritten_and_gone_at_the_end) {
    {
        const Terminal terminal(*this, 120, held(file, "-i 20ms -n 100000"));
        const std::string during = terminal.screen_when([](const auto& text) {
            return contains(text, " of 100000") && !contains(text, "; check 1 of");
        });
        BOOST_TEST(lines_with_text(during) == 1U, during);
        BOOST_TEST(contains(during, "disk: busy, held by "), during);
    }
    const Terminal terminal(*this, 120, held(file, "-i 20ms -n 30"));
    const std::string after = terminal.screen_when(has_ended);
    BOOST_TEST(!contains(after, " of 30"), after);
    BOOST_TEST(contains(after, "disk is busy: held by "), after);
}

BOOST_AUTO_TEST_CASE(a_narrow_terminal_and_wide_characters_get_a_line_that_fits) {
    const auto wide = scratch.file("磁盘磁盘磁盘磁盘");
    const Terminal terminal(*this, 13, held(wide, "-i 20ms -n 100000"));
    const std::string shown =
        terminal.screen_when([](const auto& text) { return contains(text, "…"); });
    BOOST_TEST(lines_with_text(shown) == 1U, shown);
    BOOST_TEST(shown.starts_with("磁盘磁盘磁…\n"), shown);
}

BOOST_AUTO_TEST_CASE(it_is_coloured_unless_no_color_is_set_or_the_terminal_is_dumb) {
    const auto busy = [](const auto& text) { return contains(text, "disk: busy"); };
    {
        const Terminal terminal(*this, 120, held(file, "-i 20ms -n 100000"));
        (void)terminal.screen_when(busy);
        BOOST_TEST(contains(terminal.screen({"-e"}),
                            "\x1b[33m"
                            "disk: busy"));
    }
    {
        const Terminal terminal(*this, 120,
                                "export NO_COLOR=1; " + held(file, "-i 20ms -n 100000"));
        (void)terminal.screen_when(busy);
        BOOST_TEST(!contains(terminal.screen({"-e"}), "\x1b["));
    }
    const Terminal dumb(*this, 120, "export TERM=dumb; " + held(file, "-i 20ms -n 5"));
    const std::string after = dumb.screen_when(has_ended);
    BOOST_TEST(!contains(after, "check 1 of"), after);
}

BOOST_AUTO_TEST_CASE(the_state_in_the_result_is_coloured) {
    const Terminal terminal(*this, 120, held(file, "-n 1"));
    (void)terminal.screen_when(has_ended);
    const std::string screen = terminal.screen({"-e"});
    BOOST_TEST(contains(screen, "\x1b[33mdisk is busy\x1b[39m: held by "), screen);
}

BOOST_AUTO_TEST_CASE(the_result_has_no_colour_with_no_color_or_in_a_pipe) {
    const Terminal terminal(*this, 120, "export NO_COLOR=1; " + held(file, "-n 1"));
    (void)terminal.screen_when(has_ended);
    BOOST_TEST(!contains(terminal.screen({"-e"}), "\x1b["));
    const Terminal pipe(*this, 120, held(file, "-n 1") + " | cat");
    (void)pipe.screen_when(has_ended);
    BOOST_TEST(!contains(pipe.screen({"-e"}), "\x1b["));
}

BOOST_AUTO_TEST_CASE(several_devices_are_a_table_that_is_rewritten_in_place) {
    for (const int columns : {40, 80, 200}) {
        const Terminal terminal(*this, columns, several("-i 20ms -n 100000", 3));
        const std::string during = terminal.screen_when([](const auto& text) {
            return contains(text, "part1  busy     held by ") && contains(text, "part3  free ");
        });
        BOOST_TEST(lines_with_text(during) == 3U, during);
        BOOST_TEST(during.starts_with("part1  busy"), during);
    }
}

BOOST_AUTO_TEST_CASE(a_table_is_gone_at_the_end) {
    const Terminal terminal(*this, 120, several("-i 20ms -n 30", 3));
    const std::string after = terminal.screen_when(has_ended);
    BOOST_TEST(!contains(after, "of 30"), after);
    BOOST_TEST(after.starts_with("part1 is busy: held by "), after);
}

BOOST_AUTO_TEST_CASE(a_table_that_is_higher_than_the_screen_does_not_scroll) {
    const Terminal terminal(*this, 100, "echo top; " + several("-i 20ms -n 100000", 12));
    const std::string during = terminal.screen_when([](const auto& text) {
        return contains(text, "and 6 more") && contains(text, "part6   free ");
    });
    BOOST_TEST(lines_with_text(during) <= 8U, during);
    BOOST_TEST(during.starts_with("top\npart1"), during);
}

BOOST_AUTO_TEST_CASE(a_terminal_that_becomes_narrow_is_rewritten_without_remains) {
    const Terminal terminal(*this, 150, several("-i 20ms -n 100000", 3));
    (void)terminal.screen_when([](const auto& text) { return contains(text, "part3  free "); });
    terminal.resize(30);
    (void)terminal.screen_when([](const auto& text) {
        return lines_with_text(text) == 3U && text.starts_with("part1") && contains(text, "…");
    });
}

BOOST_AUTO_TEST_SUITE_END()
