#include <cerrno>
#include <loopingcall/process/error.hpp>
#include <string>

namespace loopingcall::process {

namespace {

namespace generic = boost::system::errc;
using boost::system::error_condition;

class ProcessCategory final : public boost::system::error_category {
  public:
    [[nodiscard]] const char* name() const noexcept override { return "loopingcall.process"; }

    [[nodiscard]] std::string message(int value) const override {
        switch (static_cast<errc>(value)) {
            case errc::not_found:
                return "no such program";
            case errc::not_executable:
                return "the file cannot be executed";
            case errc::bad_working_directory:
                return "the working directory cannot be entered";
            case errc::out_of_descriptors:
                return "no file descriptor is left";
            case errc::out_of_processes:
                return "no further process may be started";
            case errc::out_of_memory:
                return "not enough memory to start a process";
            case errc::cannot_start:
                return "the system refused to start the program";
            case errc::timed_out:
                return "the program did not end in time and was killed";
            case errc::killed:
                return "a signal ended the program";
            case errc::unexpected_exit_code:
                return "the program exited with a code that means failure";
            case errc::output_cut:
                return "the output of the program is not whole";
            case errc::status_unknown:
                return "other code reaped the child";
            case errc::program_busy:
                return "a process is writing to the program file";
            case errc::input_too_long:
                return "the input is longer than a file may be";
        }
        return "unknown loopingcall.process error " + std::to_string(value);
    }

    [[nodiscard]] error_condition default_error_condition(int value) const noexcept override {
        switch (static_cast<errc>(value)) {
            case errc::not_found:
                return generic::no_such_file_or_directory;
            case errc::not_executable:
                return generic::permission_denied;
            case errc::out_of_descriptors:
                return generic::too_many_files_open;
            case errc::out_of_processes:
                return generic::resource_unavailable_try_again;
            case errc::out_of_memory:
                return generic::not_enough_memory;
            case errc::timed_out:
                return generic::timed_out;
            case errc::program_busy:
                return generic::text_file_busy;
            case errc::input_too_long:
                return generic::file_too_large;
            case errc::bad_working_directory:
            case errc::cannot_start:
            case errc::killed:
            case errc::unexpected_exit_code:
            case errc::output_cut:
            case errc::status_unknown:
                break;
        }
        return {value, *this};
    }
};

}  // namespace

const boost::system::error_category& category() noexcept {
    static const ProcessCategory instance;
    return instance;
}

boost::system::error_code make_error_code(errc value) noexcept {
    return {static_cast<int>(value), category()};
}

bool is_temporary(const boost::system::error_code& error) noexcept {
    return error == errc::out_of_descriptors || error == errc::out_of_processes ||
           error == errc::out_of_memory || error == errc::program_busy;
}

errc from_errno(int error) noexcept {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return errc::not_found;
        case EACCES:
        case EPERM:
        case ENOEXEC:
        case EISDIR:
            return errc::not_executable;
        case EMFILE:
        case ENFILE:
            return errc::out_of_descriptors;
        case EAGAIN:
            return errc::out_of_processes;
        case ENOMEM:
            return errc::out_of_memory;
        case ETXTBSY:
            return errc::program_busy;
        case EFBIG:
            return errc::input_too_long;
        default:
            return errc::cannot_start;
    }
}

}  // namespace loopingcall::process
