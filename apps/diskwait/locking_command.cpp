#include "locking_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "shell_words.hpp"

namespace diskwait {

namespace {

using Words = std::span<const std::string>;

/// A program that runs the command in its arguments.
struct Wrapper {
    std::string_view name;
    /// Its options that take the next word as their value, each between spaces.
    std::string_view with_value;
    int operands = 0;  ///< before the command
};

constexpr std::array wrappers{
    Wrapper{"builtin", ""},
    Wrapper{"busybox", ""},
    Wrapper{"chroot", "", 1},
    Wrapper{"chrt", " -T -P -D ", 1},
    Wrapper{"command", ""},
    Wrapper{"doas", " -u -C "},
    Wrapper{"eatmydata", ""},
    Wrapper{"env", " -u --unset -C --chdir "},
    Wrapper{"eval", ""},
    Wrapper{"exec", " -a "},
    Wrapper{"fakeroot", " -l -s -i -b "},
    Wrapper{"ionice", " -c --class -n --classdata "},
    Wrapper{"linux32", ""},
    Wrapper{"linux64", ""},
    Wrapper{"ltrace", " -o -e -p -u "},
    Wrapper{"nice", " -n --adjustment "},
    Wrapper{"nohup", ""},
    Wrapper{"nsenter", " -t --target -S --setuid -G --setgid "},
    Wrapper{"prlimit", ""},
    Wrapper{"pkexec", " --user "},
    Wrapper{"runuser", " -u --user -g --group -G --supp-group "},
    Wrapper{"setarch", "", 1},
    Wrapper{"setpriv", " --reuid --regid --groups "},
    Wrapper{"setsid", ""},
    Wrapper{"stdbuf", " -i --input -o --output -e --error "},
    Wrapper{"strace", " -o -e -p -u -E -P -s -a -I -O -S -X "},
    Wrapper{"sudo", " -u --user -g --group -h --host -p --prompt -C -D --chdir -r -t -T -U -R "},
    Wrapper{"systemd-cat", " -t -p "},
    Wrapper{"systemd-inhibit", ""},
    Wrapper{"systemd-run", " -p --property -u --unit --uid --gid -E --setenv -M --machine -H "},
    Wrapper{"taskset", "", 1},
    Wrapper{"time", " -o --output -f --format "},
    Wrapper{"timeout", " -s --signal -k --kill-after ", 1},
    Wrapper{"unshare", " -S --setuid -G --setgid -R --root -w --wd "},
    Wrapper{"watch", " -n --interval "},
    Wrapper{"xargs", " -a -d -E -I -L -n -P -s "},
};

template <std::size_t Size>
bool is_among(std::string_view name, const std::array<std::string_view, Size>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// They wait for udev's queue, or take the lock, whatever they are asked for. parted, partprobe and
/// gparted do where libparted is Debian's, which runs `udevadm settle`.
constexpr std::array<std::string_view, 9> always{"fatresize",      "gparted",    "growpart",
                                                 "parted",         "partprobe",  "systemd-repart",
                                                 "systemd-makefs", "udevsettle", "systemd-growfs"};
/// They take the lock with --lock, or if LOCK_BLOCK_DEVICE says so (util-linux).
constexpr std::array<std::string_view, 9> with_lock{"sfdisk",      "fdisk",    "cfdisk",
                                                    "mkswap",      "wipefs",   "mkfs.minix",
                                                    "mkfs.cramfs", "mkfs.bfs", "mkfs"};
constexpr std::array<std::string_view, 7> shells{"sh", "bash", "dash", "ash", "ksh", "zsh", "su"};

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool is_assignment(const std::string& word) {
    const std::size_t equals = word.find('=');
    return equals != std::string::npos && equals > 0 && word.front() != '-' &&
           word.find('/') > equals;
}

bool asks_for_lock(std::string_view value) { return value != "no" && value != "0"; }

class Search {
  public:
    explicit Search(const CommandContext& context)
        : environment_(context.environment), is_locked_(context.is_locked) {}

    std::string find(Words words) {
        while (!words.empty() && is_assignment(words.front())) {
            assign(words.front());
            words = words.subspan(1);
        }
        if (words.empty()) return {};
        std::string name = base_name(words.front());
        const Words arguments = words.subspan(1);
        if (is_among(name, always)) return name;
        if (name == "udevadm") return find_in_udevadm(arguments);
        if (name == "flock") return find_in_flock(arguments);
        if (is_among(name, with_lock)) return find_in_util_linux(name, arguments);
        if (name == "diskwait") return find_in_diskwait(arguments);
        if (is_among(name, shells)) return find_in_shell(arguments);
        const auto* const wrapper = std::find_if(
            wrappers.begin(), wrappers.end(), [&](const Wrapper& one) { return one.name == name; });
        return wrapper == wrappers.end() ? std::string() : find_behind(*wrapper, arguments);
    }

  private:
    void assign(const std::string& word) {
        const std::size_t equals = word.find('=');
        environment_[word.substr(0, equals)] = word.substr(equals + 1);
    }

    static std::string find_in_udevadm(Words words) {
        while (!words.empty() && words.front().starts_with('-')) words = words.subspan(1);
        if (words.empty()) return {};
        const std::string& verb = words.front();
        if (verb == "settle" || verb == "lock" || verb == "wait") return "udevadm " + verb;
        const bool settles =
            verb == "trigger" && std::any_of(words.begin(), words.end(), [](const auto& word) {
                return word == "--settle" || word == "-w";
            });
        return settles ? "udevadm trigger --settle" : std::string();
    }

    /// A lock on a file does no harm; on the disk, it is the same lock.
    std::string find_in_flock(Words words) {
        constexpr Wrapper flock{"flock", " -w --wait --timeout -E --conflict-exit-code "};
        const Words operands = skip_options(flock, words);
        if (operands.empty()) return {};
        if (is_locked_(operands.front())) return "flock " + operands.front();
        const Words rest = operands.subspan(1);
        if (rest.size() >= 2 && (rest.front() == "-c" || rest.front() == "--command")) {
            return find_in_script(rest[1]);
        }
        return find(rest);
    }

    [[nodiscard]] std::string find_in_util_linux(const std::string& name, Words words) const {
        const auto found = environment_.find("LOCK_BLOCK_DEVICE");
        bool locks =
            found != environment_.end() && !found->second.empty() && asks_for_lock(found->second);
        std::string how =
            "LOCK_BLOCK_DEVICE=" + (locks ? found->second : std::string()) + ' ' + name;
        for (const std::string& word : words) {
            if (word == "--") break;
            const bool bare = word == "--lock";
            if (!bare && !word.starts_with("--lock=")) continue;
            locks = bare || asks_for_lock(word.substr(word.find('=') + 1));
            how = name + ' ' + word;
        }
        return locks ? how : std::string();
    }

    std::string find_in_diskwait(Words words) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            if (words[i] == "--") return find(words.subspan(i + 1));
            if (words[i] == "--lock" || words[i].starts_with("--lock=")) return "diskwait --lock";
        }
        return {};
    }

    std::string find_in_shell(Words words) {
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            const std::string& word = words[i];
            if (word == "--") break;
            const bool is_flags = word.size() > 1 && word[0] == '-' && word[1] != '-';
            const bool has_script =
                (is_flags && word.find('c') != std::string::npos) || word == "--command";
            if (has_script) return find_in_script(words[i + 1]);
        }
        return {};
    }

    std::string find_in_script(const std::string& script) {
        for (const auto& command : simple_commands(script)) {
            if (std::string found = find(command); !found.empty()) return found;
        }
        return {};
    }

    std::string find_behind(const Wrapper& wrapper, Words words) {
        for (std::size_t i = 0; wrapper.name == "env" && i < words.size(); ++i) {
            const std::string& word = words[i];
            if (word == "-i" || word == "-" || word == "--ignore-environment") environment_.clear();
            if (word == "-S" && i + 1 < words.size()) return find_in_script(words[i + 1]);
            if (word.starts_with("-S") && word.size() > 2) return find_in_script(word.substr(2));
            if (word.starts_with("--split-string=")) return find_in_script(word.substr(15));
            if (!word.starts_with('-')) break;
        }
        Words rest = skip_options(wrapper, words);
        for (int i = 0; i < wrapper.operands && !rest.empty(); ++i) {
            rest = skip_options(wrapper, rest.subspan(1));
        }
        return find(rest);
    }

    static Words skip_options(const Wrapper& wrapper, Words words) {
        while (!words.empty() && words.front().starts_with('-')) {
            const std::string option = words.front();
            words = words.subspan(1);
            if (option == "--") break;
            const bool takes_next =
                wrapper.with_value.find(' ' + option + ' ') != std::string_view::npos;
            if (takes_next && !words.empty()) words = words.subspan(1);
        }
        return words;
    }

    std::map<std::string, std::string> environment_;
    const std::function<bool(const std::string&)>& is_locked_;
};

}  // namespace

std::string find_locking_command(const std::vector<std::string>& command,
                                 const CommandContext& context) {
    return Search(context).find(command);
}

}  // namespace diskwait
