#include "flags.hpp"

#include <boost/program_options/value_semantic.hpp>
#include <loopingcall/config/command_line.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "option_table.hpp"

namespace diskwait {

namespace config = loopingcall::config;
namespace po = boost::program_options;
using Text = std::string;

po::options_description own_flags() {
    po::options_description flags;
    config::describe_file_flags(flags);
    flags.add_options()  //
        ("lock", po::value<Text>()->value_name("[=force]"),
         "lock the whole disks, as udevadm lock does, check them under the lock, and hold it "
         "while COMMAND runs; force: run COMMAND even if it waits for udev or for the lock "
         "itself")                                                             //
        ("wait-for-device", "also wait for a device that does not exist yet")  //
        ("one-check",
         "make one check of one device and print it as JSON; root_helper runs this; no "
         "files, variables, or COMMAND")  //
        ("ignore-pid", po::value<std::vector<Text>>()->composing()->value_name("PID"),
         "do not count this process as a holder, and do not inspect it; may be repeated")  //
        ("explain",
         "print what uses each device as a tree: its partitions, what is built on them, mounts and "
         "processes; check once unless --timeout or --max-retries is given")  //
        ("strict",
         "report unknown instead of free if anything could not be inspected, and "
         "reject unknown configuration keys")                                                //
        ("show-config", "print the value and the source of each option")                     //
        ("check-config", "print the problems of the configuration, if any")                  //
        ("sample-config", "print a configuration file with all options and their defaults")  //
        ("output,o", po::value<Text>()->value_name("text|json"), "form of the result")       //
        ("progress", po::value<Text>()->value_name("auto|always|never"),
         "one line on standard error, rewritten with each check")                        //
        ("quiet,q", "print no result and no warning; the exit status shows the result")  //
        ("verbose,v", "report each check on standard error")                             //
        ("help,h", "print this help")                                                    //
        ("version,V", "print the version");
    return flags;
}

po::options_description all_flags() { return config::all_flags(option_table(), own_flags()); }

void print_help(std::ostream& stream) {
    stream
        << "Usage: diskwait [OPTIONS] DEVICE... [-- COMMAND [ARG...]]\n"
           "Waits until nothing uses the devices; then runs COMMAND, if given.\n"
           "A DEVICE is a block device, a file, a directory, or a mount point: that is free when\n"
           "nothing uses the file system mounted there, so that umount succeeds.\n\n"
        << all_flags()
        << "\nEach option of the wait is a key in files of oslo's form, an environment variable,\n"
           "and a flag with its full name:\n"
           "  [disk_partitioner]\n"
           "  check_device_interval = 1\n"
           "  OS_DISK_PARTITIONER__CHECK_DEVICE_INTERVAL=1\n"
           "  --disk_partitioner-check_device_interval 1\n"
           "\nExit status:\n"
           "  0    every device is free\n"
           "  1    a device was still in use when the checks or the time ran out\n"
           "  2    the command line or a configuration file is wrong\n"
           "  3    a state is unknown: no such device, fuser missing, hung or killed; or\n"
           "       standard output is full or closed\n"
           "  126  COMMAND was found but could not be run; 127 COMMAND was not found\n"
           "  128+n  ended by signal n\n";
}

}  // namespace diskwait
