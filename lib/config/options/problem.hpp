#pragma once

#include <string>

namespace loopingcall::config::detail {

/// What is wrong with the value of an option.
struct Problem {
    std::string code;
    std::string message;
    /// The message if the option is a secret, whose value may contain the name behind a $. Empty:
    /// `message` shows nothing of a value.
    std::string secretive_message = {};
};

}  // namespace loopingcall::config::detail
