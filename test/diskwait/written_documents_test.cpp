// The documents that are written from the options: read by the programs that will read them.
#include "option_table.hpp"
#include "program.hpp"

namespace config = loopingcall::config;

namespace {

const std::string documents = TEST_DOCUMENTS;

struct Documents : test::Program {
    /// What bash offers for the last of these words.
    static std::string completed_by_bash(const std::string& program, const std::string& words,
                                         int index) {
        return shell("bash -c 'source " + documents + "/" + program + ".bash; COMP_WORDS=(" +
                     words + "); COMP_CWORD=" + std::to_string(index) + "; _" + program +
                     "; echo \"${COMPREPLY[*]}\"'")
            .out;
    }

    static std::string page(const std::string& name) {
        return shell("LC_ALL=C.UTF-8 MANWIDTH=200 man -l '" + documents + "/" + name + "' | col -b")
            .out;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(written_documents, Documents)

BOOST_AUTO_TEST_CASE(groff_finds_nothing_wrong_with_the_manual_pages) {
    for (const char* name : {"diskwait.1", "diskwait.conf.5", "loopingcall.1"}) {
        const auto formatted =
            shell("groff -man -Tutf8 -ww -z '" + documents + "/" + std::string(name) + "'");
        BOOST_TEST(formatted.exit_code == 0);
        BOOST_TEST(formatted.err == "", name);
    }
}

BOOST_AUTO_TEST_CASE(the_manual_has_every_flag_and_every_option_with_its_default) {
    const std::string flags = page("diskwait.1");
    const std::string options = page("diskwait.conf.5");
    for (const config::Option& option : diskwait::option_table()) {
        const std::string flag = "--" + long_alias_of(option);
        BOOST_TEST(flags.find(flag) != std::string::npos, flag);
        const std::string line =
            option.default_value.empty() ? option.name : option.name + " = " + option.default_value;
        BOOST_TEST(options.find(line) != std::string::npos, line);
        BOOST_TEST(options.find(variable_of(option)) != std::string::npos, option.name);
    }
    for (const char* own : {"--config-file", "--wait-for-device", "--strict", "-V, --version"}) {
        BOOST_TEST(flags.find(own) != std::string::npos, own);
    }
}

BOOST_AUTO_TEST_CASE(bash_completes_flags_and_their_values) {
    BOOST_TEST(completed_by_bash("diskwait", "diskwait --pro", 1) ==
               "--probe --probe-timeout --progress\n");
    BOOST_TEST(completed_by_bash("diskwait", "diskwait --probe ''", 2) == "fuser lsof procfs\n");
    BOOST_TEST(completed_by_bash("diskwait", "diskwait -o j", 2) == "json\n");
    BOOST_TEST(completed_by_bash("diskwait", "diskwait -i ''", 2) == "\n");
    BOOST_TEST(completed_by_bash("diskwait", "diskwait " + file.string(), 1) ==
               file.string() + "\n");
    BOOST_TEST(
        completed_by_bash("diskwait", "diskwait /dev/sda -- mkfs.ext", 3).find("mkfs.ext4") !=
        std::string::npos);
    BOOST_TEST(completed_by_bash("loopingcall", "loopingcall --max-c", 1) == "--max-calls\n");
    BOOST_TEST(completed_by_bash("loopingcall", "loopingcall --output-mode ''", 2) ==
               "last stream\n");
    BOOST_TEST(completed_by_bash("loopingcall", "loopingcall --stdin ''", 2) == "none once each\n");
}

// What _arguments would offer takes an interactive shell: here, that zsh understands it.
BOOST_AUTO_TEST_CASE(zsh_completes_flags_and_commands_on_a_terminal) {
    for (const char* program : {"diskwait", "loopingcall"}) {
        const auto read = shell("zsh -fn '" + documents + "/_" + std::string(program) + "'");
        BOOST_TEST(read.exit_code == 0);
        BOOST_TEST(read.err == "");
    }
    (void)scratch.file("offers.zsh",
                       "zmodload zsh/zpty\n"
                       "zpty shell zsh -f -i\n"
                       "zpty -w shell 'PS1=; fpath=(" +
                           documents + " $fpath); autoload -U compinit; compinit -u -d " +
                           (scratch.path() / "dump").string() +
                           "; echo rea\"dy\"'\n"
                           "zpty -r shell said '*ready*'\n"
                           "zpty -w -n shell 'diskwait --probe-t\t'\n"
                           "zpty -r shell said '*--probe-timeout*' && echo a flag\n"
                           "zpty -w -n shell '1 /dev/sda -- mkfs.ext\t'\n"
                           "zpty -r shell said '*mkfs.ext[234]*' && echo a command\n"
                           "zpty -d shell\n");
    BOOST_TEST(
        shell("TERM=dumb timeout 60 zsh -f '" + (scratch.path() / "offers.zsh").string() + "'")
            .out == "a flag\na command\n");
}

BOOST_AUTO_TEST_CASE(systemd_accepts_the_unit) {
    if (shell("command -v systemd-analyze").exit_code != 0) {
        BOOST_TEST_MESSAGE("skipped: there is no systemd-analyze");
        return;
    }
    const std::string unit = test::read_file(TEST_UNIT);
    BOOST_TEST(unit.find("ExecStart=/") != std::string::npos);
    BOOST_TEST(unit.find("diskwait --wait-for-device %f\n") != std::string::npos);
    // The program is not installed where the unit will look for it.
    const auto at = unit.find("ExecStart=") + 10;
    const std::string here =
        unit.substr(0, at) + TEST_DISKWAIT + unit.substr(unit.find(" --wait-for-device"));
    (void)scratch.file("diskwait@.service", here);
    const auto verified = shell("cp '" + (scratch.path() / "diskwait@.service").string() + "' '" +
                                (scratch.path() / "diskwait@dev-sdb.service").string() +
                                "'; systemd-analyze verify --man=no '" +
                                (scratch.path() / "diskwait@dev-sdb.service").string() + "'");
    BOOST_TEST(verified.exit_code == 0);
    BOOST_TEST(verified.err.find("diskwait@") == std::string::npos, verified.err);
}

BOOST_AUTO_TEST_SUITE_END()
