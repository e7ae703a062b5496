#include "support/scratch.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <fstream>
#include <sstream>
#include <system_error>

namespace test {

namespace fs = std::filesystem;

Scratch::Scratch()
    : path_(fs::canonical(fs::temp_directory_path()) /
            boost::filesystem::unique_path("loopingcall-%%%%-%%%%-%%%%").string()) {
    fs::create_directory(path_);
}

Scratch::~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path Scratch::file(std::string_view name, std::string_view text) const {
    const fs::path file = path_ / name;
    std::ofstream(file, std::ios::binary) << text;
    return file;
}

fs::path Scratch::script(std::string_view name, std::string_view text) const {
    const fs::path script = file(name, "#!/bin/sh\n" + std::string(text) + "\n");
    fs::permissions(script, fs::perms::owner_all);
    return script;
}

std::string read_file(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

}  // namespace test
