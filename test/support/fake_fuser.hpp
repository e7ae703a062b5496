#pragma once

#include <cstdlib>
#include <string>

#include "support/scratch.hpp"

namespace test {

/// Puts a script before everything else in PATH as `fuser`, for what a real one cannot be made to
/// do.
class FakeFuser {
  public:
    explicit FakeFuser(const Scratch& scratch, const std::string& script)
        : before_(std::getenv("PATH")) {
        const auto directory = scratch.path() / "bin";
        std::filesystem::create_directory(directory);
        scratch.script("bin/fuser", script);
        ::setenv("PATH", (directory.string() + ":" + before_).c_str(), 1);
    }
    ~FakeFuser() { ::setenv("PATH", before_.c_str(), 1); }
    FakeFuser(const FakeFuser&) = delete;
    FakeFuser& operator=(const FakeFuser&) = delete;

  private:
    std::string before_;
};

}  // namespace test
