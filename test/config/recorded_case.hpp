#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <loopingcall/config/config.hpp>
#include <string>
#include <vector>

namespace test {

/// The result of this project for the input of a case.
struct CaseOutcome {
    /// All problems, also those of the command line.
    std::vector<loopingcall::config::Diagnostic> diagnostics = {};
    loopingcall::config::OptionTable table = {};
    std::optional<loopingcall::config::Config> config = {};
    /// What a reload of the files of `after` has done, and the values after it.
    std::optional<loopingcall::config::Reloaded> reloaded = {};
    std::optional<loopingcall::config::Config> before_reload = {};
};

/// A recorded case of oslo.config, of the form oslo-config-cases/1: `ini`, `ini_base64` or `files`,
/// `options`, `args`, `env`, `default_files`, `default_dirs`, `search`, `set_default`,
/// `set_override`, `after`.
class RecordedCase {
  public:
    explicit RecordedCase(const boost::json::object& json) : json_(json) {}

    [[nodiscard]] std::string name() const;

    /// Whether we have the types of all its options, with all that is asked of them.
    [[nodiscard]] bool is_supported() const;

    /// Lays the files out in `directory` and reads them through the public API.
    [[nodiscard]] CaseOutcome run(const std::filesystem::path& directory,
                                  bool strict = false) const;

    /// The text of the one file that the grammar is to be compared of; empty if there is none.
    [[nodiscard]] std::string ini_text() const;

  private:
    const boost::json::object& json_;
};

}  // namespace test
